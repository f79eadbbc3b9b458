using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>Where a broker is: <c>mqtt://host</c> (port 1883 where none is given), or <c>mqtts://host</c> with TLS (8883).</summary>
internal sealed class BrokerUrlShape : ScalarShape<BrokerAddress>
{
    private const int PlainPort = 1883;

    private const int TlsPort = 8883;

    public static BrokerUrlShape Instance { get; } = new();

    public override string Expected => "a URL such as mqtt://broker.example.com:1883";

    // It may hold a user's password, where it does not belong.
    protected override bool HidesText(string text) => text.Contains('@', StringComparison.Ordinal);

    public override bool TryParse(string text, [MaybeNullWhen(false)] out BrokerAddress value, out string? hint)
    {
        value = null;
        if (HidesText(text))
        {
            hint = "user and password do not belong into the URL: set broker.username and broker.password";
            return false;
        }

        var end = text.IndexOf("://", StringComparison.Ordinal);
        if (end < 0)
        {
            hint = IsHost(text.Split(':')[0]) ? $"write mqtt://{text}" : null;
            return false;
        }

        var rest = text[(end + 3)..];
        hint = text[..end] switch
        {
            "mqtt" or "mqtts" => null,
            "ssl" or "tls" => $"write mqtts://{rest}",
            "ws" or "wss" or "http" or "https" => "MQTT over WebSocket is not supported",
            _ => $"write mqtt://{rest}",
        };
        if (hint is not null)
        {
            return false;
        }

        rest = rest.EndsWith('/') ? rest[..^1] : rest;
        if (rest.AsSpan().IndexOfAny('/', '?') >= 0)
        {
            hint = "a path has no meaning here: end the URL after the port";
            return false;
        }

        return TryParseHost(rest, isTls: text.StartsWith("mqtts", StringComparison.Ordinal), out value, out hint);
    }

    public override JsonObject ToSchema() => new() { ["type"] = "string", ["pattern"] = "^mqtts?://[^/@?]+/?$" };

    public override string Write(BrokerAddress value) => YamlText.Write(value.ToString());

    private static bool TryParseHost(string text, bool isTls, [MaybeNullWhen(false)] out BrokerAddress value, out string? hint)
    {
        value = null;
        hint = null;
        var isBracketed = text.StartsWith('[');
        var hostEnd = isBracketed ? text.IndexOf(']', StringComparison.Ordinal) + 1 : text.IndexOf(':', StringComparison.Ordinal);
        hostEnd = hostEnd < 0 ? text.Length : hostEnd;
        var host = isBracketed && hostEnd > 0 ? text[1..(hostEnd - 1)] : text[..hostEnd];
        var port = text[hostEnd..];
        if (!isBracketed && port.LastIndexOf(':') > 0)
        {
            hint = $"write an IPv6 address in brackets: {(isTls ? "mqtts" : "mqtt")}://[{text}]";
            return false;
        }

        if (isBracketed ? !System.Net.IPAddress.TryParse(host, out _) : !IsHost(host))
        {
            hint = host.Length == 0 ? "the name of the host is missing" : $"'{host}' is no name of a host";
            return false;
        }

        var number = isTls ? TlsPort : PlainPort;
        if (port.Length > 0 && (port[0] != ':' || !int.TryParse(port.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out number) || number is < 1 or > 65_535))
        {
            hint = "the port is a number from 1 to 65535";
            return false;
        }

        value = new BrokerAddress(host, number, isTls);
        return true;
    }

    private static bool IsHost(string text) => text.Length is > 0 and <= 253
        && text.All(letter => char.IsLetterOrDigit(letter) || letter is '.' or '-' or '_') && text[0] is not ('.' or '-');
}
