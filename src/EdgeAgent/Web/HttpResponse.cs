using System.Globalization;
using System.Text;

namespace EdgeAgent.Web;

/// <summary>The answers there are (RFC 9110).</summary>
internal enum HttpStatus
{
    Ok = 200,
    BadRequest = 400,
    Unauthorized = 401,
    NotFound = 404,
    MethodNotAllowed = 405,
    RequestTimeout = 408,
    MisdirectedRequest = 421,
    HeadTooLarge = 431,
    Unavailable = 503,
    VersionNotSupported = 505,
}

/// <summary>One answer. Every answer closes its connection.</summary>
/// <param name="Status">The code.</param>
/// <param name="ContentType">MIME type.</param>
/// <param name="Body">Not copied.</param>
/// <param name="Fields">Further header lines, each with its CRLF.</param>
internal sealed record HttpResponse(HttpStatus Status, string ContentType, ReadOnlyMemory<byte> Body, string Fields = "")
{
    private const string PlainText = "text/plain; charset=utf-8";

    /// <summary>A line of plain text.</summary>
    public static HttpResponse Text(HttpStatus status, string text, string fields = "") => new(status, PlainText, Encoding.UTF8.GetBytes(text + "\n"), fields);

    /// <summary>The head as it goes out.</summary>
    public byte[] Head() => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/1.1 {(int)Status} {Reason()}\r\nContent-Type: {ContentType}\r\nContent-Length: {Body.Length}\r\nConnection: close\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n{Fields}\r\n"));

    private string Reason() => Status switch
    {
        HttpStatus.Ok => "OK",
        HttpStatus.BadRequest => "Bad Request",
        HttpStatus.Unauthorized => "Unauthorized",
        HttpStatus.NotFound => "Not Found",
        HttpStatus.MethodNotAllowed => "Method Not Allowed",
        HttpStatus.RequestTimeout => "Request Timeout",
        HttpStatus.MisdirectedRequest => "Misdirected Request",
        HttpStatus.HeadTooLarge => "Request Header Fields Too Large",
        HttpStatus.Unavailable => "Service Unavailable",
        _ => "HTTP Version Not Supported",
    };
}
