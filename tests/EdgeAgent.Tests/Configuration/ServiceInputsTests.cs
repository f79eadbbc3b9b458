using EdgeAgent.Configuration;

namespace EdgeAgent.Tests.Configuration;

/// <summary>What systemd gives the service, a command beside it finds where systemd has it from.</summary>
public sealed class ServiceInputsTests : IDisposable
{
    private const string OnlyService = "; what stands in /etc/default/edgeagent and LoadCredential= only the service is given: edgeagent reload checks with it";

    private readonly ConfigFolder _folder = new() { IsPackaged = true };

    [Theory]
    [InlineData("HOST=broker", "broker")]
    [InlineData("# HOST=x\n; HOST=y\n\n  HOST = broker ", "broker")]
    [InlineData("HOST=first\nHOST=broker", "broker")]
    [InlineData("HOST=\"broker\"", "broker")]
    [InlineData("HOST='broker'", "broker")]
    [InlineData("OTHER='x\ny'\nHOST=broker", "broker")]
    [InlineData("HOST=bro\\\nker", "broker")]
    [InlineData("HOST=\"bro\\\nker\"", "broker")]
    [InlineData("HOST=\"a\\\"b\"", "a\"b")]
    [InlineData("HOST=a # b", "a # b")]
    [InlineData("HOST=$OTHER", "$OTHER")]
    [InlineData("HOST=a\\b", "ab")]
    [InlineData("not a variable\nHOST=broker", "broker")]
    public void A_variable_is_read_as_systemd_reads_it(string file, string value)
    {
        _folder.Write("default", file + "\n");

        Assert.Equal(value, Username("${HOST}"));
    }

    [Fact]
    public void A_variable_that_is_set_comes_first()
    {
        _folder.Write("default", "HOST=file\n");
        _folder.Set("HOST", "environment");

        Assert.Equal("environment", Username("${HOST}"));
    }

    [Fact]
    public void A_secret_comes_from_the_credentials_of_the_running_service()
    {
        _folder.Write("service-credentials/mqtt_user", "from systemd\n");

        Assert.Equal("from systemd", Username("!secret mqtt_user"));
    }

    [Fact]
    public void Where_systemd_has_given_credentials_those_count()
    {
        _folder.Write("service-credentials/mqtt_user", "of the service\n");
        _folder.Write("mine/mqtt_user", "mine\n");
        _folder.Set("CREDENTIALS_DIRECTORY", _folder["mine"]);

        Assert.Equal("mine", Username("!secret mqtt_user"));
    }

    [Theory]
    [InlineData("${HOST}", "(set it in the environment of the agent, or give a default: ${HOST:-...}{0})")]
    [InlineData("${HOST:?please}", "(set it in the environment of the agent{0})")]
    [InlineData("!secret mqtt_user", "(add the line \"mqtt_user: ...\" to secrets.yaml{0})")]
    public void What_is_found_nowhere_may_still_be_there_for_the_service(string written, string hint)
    {
        Assert.EndsWith(hint.Replace("{0}", OnlyService, StringComparison.Ordinal), Line(written), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void The_agent_itself_and_another_configuration_take_only_what_they_are_given(bool isPackaged, bool isAgent)
    {
        (_folder.IsPackaged, _folder.IsAgent) = (isPackaged, isAgent);
        _folder.Write("default", "HOST=broker\n");
        _folder.Write("service-credentials/mqtt_user", "x\n");

        Assert.EndsWith("(set it in the environment of the agent, or give a default: ${HOST:-...})", Line("${HOST}"), StringComparison.Ordinal);
        Assert.EndsWith("(add the line \"mqtt_user: ...\" to secrets.yaml)", Line("!secret mqtt_user"), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string? Username(string written) => Read(written).Config?.Broker?.Username;

    private string Line(string written) => Assert.Single(_folder.Lines(Read(written)));

    private ConfigReading Read(string written) => _folder.Read($"broker:\n  url: mqtt://host\n  username: {written}\nsensors: [{{id: a, type: file, path: /x}}]\n");
}
