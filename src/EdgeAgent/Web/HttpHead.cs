using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace EdgeAgent.Web;

/// <summary>
/// Reads the head of a request: RFC 9112, strictly. What is doubtful there (a bare line feed, folded lines, a blank before a colon, two
/// Host fields) is refused, because no client of today sends it. Pure.
/// </summary>
internal static class HttpHead
{
    /// <summary>The longest head that is read, with its empty line.</summary>
    public const int Longest = 8 * 1024;

    private static readonly SearchValues<byte> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>How long the head is that these bytes begin with, its empty line included; 0 where it is not complete yet.</summary>
    public static int LengthIn(ReadOnlySpan<byte> bytes) => bytes.IndexOf("\r\n\r\n"u8) is >= 0 and var end ? end + 4 : 0;

    /// <summary>Reads a complete head.</summary>
    /// <param name="head">With its empty line.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="problem">The answer to a head that is not right: 400 or 505.</param>
    public static bool TryRead(ReadOnlySpan<byte> head, [NotNullWhen(true)] out HttpRequest? request, out HttpStatus problem)
    {
        (request, problem) = (null, HttpStatus.BadRequest);
        var lineEnd = head.IndexOf("\r\n"u8);
        if (!TryReadLine(head[..lineEnd], out var method, out var path, out var isOld, ref problem))
        {
            return false;
        }

        string? host = null;
        string? authorization = null;
        for (var rest = head[(lineEnd + 2)..]; !rest.SequenceEqual("\r\n"u8);)
        {
            lineEnd = rest.IndexOf("\r\n"u8);
            if (!TryReadField(rest[..lineEnd], out var name, out var value))
            {
                return false;
            }

            if (Ascii.EqualsIgnoreCase(name, "host"u8) && !TrySet(ref host, value))
            {
                return false;
            }

            if (Ascii.EqualsIgnoreCase(name, "authorization"u8) && !TrySet(ref authorization, value))
            {
                return false;
            }

            rest = rest[(lineEnd + 2)..];
        }

        request = host is null && !isOld ? null : new(method, path, host, authorization);
        return request is not null;
    }

    private static bool TryReadLine(ReadOnlySpan<byte> line, out string method, out string path, out bool isOld, ref HttpStatus problem)
    {
        (method, path, isOld) = (string.Empty, string.Empty, false);
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last == first || line[..first].ContainsAnyExcept(Token))
        {
            return false;
        }

        var target = line[(first + 1)..last];
        if (target.IsEmpty || target[0] != '/' || target.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
        {
            return false;
        }

        var version = line[(last + 1)..];
        isOld = version.SequenceEqual("HTTP/1.0"u8);
        if (!isOld && !version.SequenceEqual("HTTP/1.1"u8))
        {
            problem = version.StartsWith("HTTP/"u8) ? HttpStatus.VersionNotSupported : HttpStatus.BadRequest;
            return false;
        }

        var query = target.IndexOf((byte)'?');
        method = Encoding.ASCII.GetString(line[..first]);
        path = Encoding.ASCII.GetString(query < 0 ? target : target[..query]);
        return true;
    }

    private static bool TryReadField(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var colon = line.IndexOf((byte)':');
        name = colon < 0 ? [] : line[..colon];
        value = colon < 0 ? [] : line[(colon + 1)..].Trim(" \t"u8);
        return !name.IsEmpty && !name.ContainsAnyExcept(Token) && !line.ContainsAnyInRange((byte)0, (byte)8) && !line.ContainsAnyInRange((byte)10, (byte)31);
    }

    private static bool TrySet(ref string? field, ReadOnlySpan<byte> value)
    {
        var isFirst = field is null;
        field = Encoding.Latin1.GetString(value);
        return isFirst;
    }
}
