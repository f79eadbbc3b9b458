using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using EdgeAgent.Configuration.Shapes;

namespace EdgeAgent.Sensors.Modbus;

/// <summary>Where a Modbus bus is.</summary>
/// <param name="Name">The path of a serial port, or a host.</param>
/// <param name="TcpPort">1 to 65535; 0 for a serial port.</param>
internal sealed record ModbusPlace(string Name, int TcpPort)
{
    public bool IsTcp => TcpPort > 0;

    public override string ToString() => IsTcp ? FormattableString.Invariant($"tcp://{(Name.Contains(':', StringComparison.Ordinal) ? $"[{Name}]" : Name)}:{TcpPort}") : Name;
}

/// <summary>A serial port (/dev/ttyUSB0) or a host (tcp://192.168.1.30:502, where 502 may be left out).</summary>
internal sealed class ModbusPlaceShape : ScalarShape<ModbusPlace>
{
    private const int UsualPort = 502;

    public static ModbusPlaceShape Instance { get; } = new();

    public override string Expected => "a serial port such as /dev/ttyUSB0, or a host such as tcp://192.168.1.30:502";

    public override string Example => "tcp://192.168.1.30:502";

    public override bool TryParse(string text, [MaybeNullWhen(false)] out ModbusPlace value, out string? hint)
    {
        hint = text.Length > 0 && !text.Contains('/', StringComparison.Ordinal) ? $"write tcp://{text}, or /dev/{text}" : null;
        value = text.StartsWith('/')
            ? new(text, 0)
            : Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "tcp", Host.Length: > 0, AbsolutePath: "/" or "" }
                ? new(url.Host.Trim('[', ']'), url.Port > 0 ? url.Port : UsualPort)
                : null;
        return value is not null;
    }

    public override JsonObject ToSchema() => new() { ["type"] = "string", ["pattern"] = "^(/|tcp://)." };

    public override string Write(ModbusPlace value) => YamlText.Write(value.ToString());
}
