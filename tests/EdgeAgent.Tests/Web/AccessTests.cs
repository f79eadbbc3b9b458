using System.Text;
using EdgeAgent.Configuration;
using EdgeAgent.Web;

namespace EdgeAgent.Tests.Web;

public sealed class AccessTests
{
    private const string Token = "4f9c1b2e7d8a6035";

    [Theory]
    [InlineData("localhost")]
    [InlineData("LocalHost:8377")]
    [InlineData("127.0.0.1:8377")]
    [InlineData("[::1]:8377")]
    [InlineData("192.168.1.7")]
    [InlineData(null)]
    public void Without_a_token_this_machine_may_be_asked_by_its_own_names(string? host) =>
        Assert.Null(new Access(null).Check(new("GET", "/", host, null)));

    [Theory]
    [InlineData("evil.example.com")]
    [InlineData("localhost.evil.example.com:8377")]
    [InlineData("127.0.0.1.evil.example.com")]
    [InlineData("[evil]")]
    [InlineData("")]
    public void A_name_of_another_site_is_refused(string host) =>
        Assert.Equal(HttpStatus.MisdirectedRequest, new Access(null).Check(new("GET", "/", host, null))?.Status);

    [Fact]
    public void The_token_opens_as_bearer_and_as_password()
    {
        Assert.Null(Check($"Bearer {Token}"));
        Assert.Null(Check($"bearer  {Token}"));
        Assert.Null(Check("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"anybody:{Token}"))));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer 4f9c1b2e7d8a603")]
    [InlineData("Bearer 4f9c1b2e7d8a60355")]
    [InlineData("Digest 4f9c1b2e7d8a6035")]
    [InlineData("Basic !!!")]
    [InlineData("Basic NGY5YzFiMmU3ZDhhNjAzNQ==")]
    public void Anything_else_is_refused_with_a_challenge(string? authorization)
    {
        var refusal = Check(authorization);

        Assert.Equal(HttpStatus.Unauthorized, refusal?.Status);
        Assert.Contains("WWW-Authenticate: Basic", refusal!.Fields, StringComparison.Ordinal);
    }

    private static HttpResponse? Check(string? authorization) => new Access(new Secret(Token)).Check(new("GET", "/", "pi.example.com", authorization));
}
