using System.Net;
using System.Security.Cryptography;
using System.Text;
using EdgeAgent.Configuration;

namespace EdgeAgent.Web;

/// <summary>
/// Who may see the pages. With a token: who shows it, as <c>Bearer</c> or, for browsers, as the password of <c>Basic</c>. Without one the
/// server listens on this machine alone, and a name of another site in the Host field is refused: a web page elsewhere could otherwise
/// read it through the browser of somebody here (DNS rebinding). Pure.
/// </summary>
internal sealed class Access(Secret? token)
{
    private const string Challenge = "WWW-Authenticate: Basic realm=\"edgeagent\", charset=\"UTF-8\"\r\nWWW-Authenticate: Bearer realm=\"edgeagent\"\r\n";

    private readonly byte[]? _token = token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token.Reveal()));

    /// <summary>The refusal; null where the request is fine.</summary>
    public HttpResponse? Check(HttpRequest request)
    {
        if (_token is not null)
        {
            return IsShown(request.Authorization) ? null : HttpResponse.Text(HttpStatus.Unauthorized, "a token is needed: status.token of the configuration", Challenge);
        }

        return IsOwnName(request.Host)
            ? null
            : HttpResponse.Text(HttpStatus.MisdirectedRequest, "this is the agent of another machine than the name says; ask for localhost or its address");
    }

    private static bool IsOwnName(string? host)
    {
        if (host is null)
        {
            return true;
        }

        var isBracketed = host.StartsWith('[');
        var end = isBracketed ? host.IndexOf(']', StringComparison.Ordinal) + 1 : host.IndexOf(':', StringComparison.Ordinal);
        var name = end <= 0 ? host : host[..end];
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(isBracketed ? name.Trim('[', ']') : name, out _);
    }

    /// <summary>Compares hashes, in constant time: neither content nor length of the token shows.</summary>
    private bool IsShown(string? authorization)
    {
        var shown = authorization?.Split(' ', 2, StringSplitOptions.TrimEntries) switch
        {
            [var scheme, var credentials] when scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) => credentials,
            [var scheme, var credentials] when scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) => Password(credentials),
            _ => null,
        };
        return shown is not null && CryptographicOperations.FixedTimeEquals(_token, SHA256.HashData(Encoding.UTF8.GetBytes(shown)));
    }

    private static string? Password(string credentials)
    {
        var bytes = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials, bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : text[(colon + 1)..];
    }
}
