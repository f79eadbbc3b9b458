using System.Text;
using EdgeAgent.Web;

namespace EdgeAgent.Tests.Web;

public sealed class HttpHeadTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET", "/", "localhost")]
    [InlineData("HEAD /metrics?x=%20 HTTP/1.1\r\nhost:\t127.0.0.1:8377 \r\n\r\n", "HEAD", "/metrics", "127.0.0.1:8377")]
    [InlineData("GET / HTTP/1.0\r\n\r\n", "GET", "/", null)]
    public void A_request_is_read(string head, string method, string path, string? host)
    {
        Assert.True(HttpHead.TryRead(Encoding.Latin1.GetBytes(head), out var request, out _));

        Assert.Equal(new HttpRequest(method, path, host, null), request);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost : a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n: a\r\n\r\n")]
    [InlineData("GET  / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /\u00e4 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("G(T / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(" / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\r\n\r\n")]
    [InlineData("\r\n\r\n")]
    public void What_is_doubtful_is_a_bad_request(string head)
    {
        Assert.False(HttpHead.TryRead(Encoding.Latin1.GetBytes(head), out _, out var problem));

        Assert.Equal(HttpStatus.BadRequest, problem);
    }

    [Fact]
    public void Another_version_is_named_as_such()
    {
        Assert.False(HttpHead.TryRead("GET / HTTP/2.0\r\nHost: a\r\n\r\n"u8, out _, out var problem));

        Assert.Equal(HttpStatus.VersionNotSupported, problem);
    }

    [Fact]
    public void Random_bytes_never_break_the_reader()
    {
        const int Seed = 8377;
        var random = new Random(Seed);
        var bits = "GET / HTTP/1.1\r\nHost: a\r\n\r\n: \t\0\u00ff";
        for (var round = 0; round < 20_000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => bits[random.Next(bits.Length)])]) + "\r\n\r\n";
            var bytes = Encoding.Latin1.GetBytes(text);
            _ = HttpHead.TryRead(bytes.AsSpan(0, HttpHead.LengthIn(bytes)), out _, out _);
        }
    }
}
