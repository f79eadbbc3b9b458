using EdgeAgent.Configuration;
using EdgeAgent.Configuration.Shapes;

namespace EdgeAgent.Tests.Configuration.Shapes;

public sealed class BrokerUrlShapeTests
{
    [Theory]
    [InlineData("mqtt://broker", "broker", 1883)]
    [InlineData("mqtts://broker", "broker", 8883)]
    [InlineData("mqtts://[::1]:443/", "::1", 443)]
    [InlineData("mqtt://broker.example.com:1884", "broker.example.com", 1884)]
    [InlineData("mqtt://192.168.1.2/", "192.168.1.2", 1883)]
    [InlineData("mqtt://[fe80::1]", "fe80::1", 1883)]
    [InlineData("mqtt://[::1]:1884", "::1", 1884)]
    [InlineData("mqtt://pi_boiler.local", "pi_boiler.local", 1883)]
    public void A_url_names_host_and_port(string text, string host, int port)
    {
        Assert.True(BrokerUrlShape.Instance.TryParse(text, out var address, out _));
        Assert.Equal(new BrokerAddress(host, port, Tls: text.StartsWith("mqtts", StringComparison.Ordinal)), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("mqtt://")]
    [InlineData("mqtt://:1883")]
    [InlineData("mqtt://host:0")]
    [InlineData("mqtt://host:65536")]
    [InlineData("mqtt://host:")]
    [InlineData("mqtt://host:1883:1")]
    [InlineData("mqtt://[::1")]
    [InlineData("mqtt://[host]")]
    [InlineData("mqtt://[]")]
    [InlineData("mqtt://]")]
    [InlineData("mqtt://a b")]
    [InlineData("mqtt://user@host")]
    [InlineData("mqtt://host/path")]
    [InlineData("mqtt://host?x")]
    [InlineData("MQTT://host")]
    [InlineData("ws://host")]
    [InlineData("host:1883")]
    [InlineData("://host")]
    public void What_is_no_broker_is_refused(string text) => Assert.False(BrokerUrlShape.Instance.TryParse(text, out _, out _));

    [Theory]
    [InlineData("mqtt://broker:1884")]
    [InlineData("mqtts://broker:443")]
    [InlineData("mqtt://[::1]:1883")]
    public void An_address_is_written_as_it_is_read(string text)
    {
        Assert.True(BrokerUrlShape.Instance.TryParse(text, out var address, out _));
        Assert.Equal(text, address.ToString());
    }
}
