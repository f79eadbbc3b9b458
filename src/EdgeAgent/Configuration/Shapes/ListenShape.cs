using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>Where to listen: an address of this machine and a port, such as <c>127.0.0.1:8377</c>; or <c>off</c>, which is null.</summary>
internal sealed class ListenShape : ScalarShape<IPEndPoint?>
{
    private const string Off = "off";

    public static ListenShape Instance { get; } = new();

    public override string Expected => "an address and a port such as 127.0.0.1:8377, or off";

    public override bool TryParse(string text, [MaybeNullWhen(false)] out IPEndPoint? value, out string? hint)
    {
        (value, hint) = (null, null);
        if (text == Off)
        {
            return true;
        }

        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        if (host == "localhost")
        {
            hint = $"write 127.0.0.1{(colon < 0 ? ":8377" : text[colon..])}";
            return false;
        }

        var isBracketed = host.StartsWith('[') && host.EndsWith(']');
        if (!IPAddress.TryParse(isBracketed ? host[1..^1] : host, out var address) || isBracketed != (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6))
        {
            hint = text is "false" or "no" or "none" or "never" ? $"write {Off}" : null;
            return false;
        }

        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
        {
            hint = colon < 0 ? $"write {text}:8377" : "the port is a number from 1 to 65535";
            return false;
        }

        value = new(address, port);
        return true;
    }

    public override JsonObject ToSchema() => new() { ["type"] = "string", ["pattern"] = @"^(off|[0-9.]+:[0-9]+|\[[0-9a-fA-F:.]+\]:[0-9]+)$" };

    public override string Write(IPEndPoint? value) => value is null ? Off : YamlText.Write(value.ToString());
}
