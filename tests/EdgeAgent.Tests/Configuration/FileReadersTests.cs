using EdgeAgent.Configuration;

namespace EdgeAgent.Tests.Configuration;

/// <summary>Root checks, and another user runs the service: what that one may not read is said before its next start.</summary>
public sealed class FileReadersTests : IDisposable
{
    private const uint Service = 990;

    private readonly ConfigFolder _folder = new();

    public FileReadersTests()
    {
        _folder.IsRoot = true;
        _folder.Write("edgeagent.yaml", "broker: {url: mqtt://host, username: pi, password: !secret mqtt_password}\n");
        _folder.Write("secrets.yaml", "mqtt_password: hunter2\n");
        _folder.Write("conf.d/sensors.yaml", "sensors:\n  - {id: a, type: file, path: /x}\n");
        _folder.Own("", 0, Service, 0b111_101_000);
        _folder.Own("edgeagent.yaml", 0, Service, 0b110_100_000);
        _folder.Own("secrets.yaml", 0, Service, 0b110_100_000);
        _folder.Own("conf.d", 0, Service, 0b111_101_000);
        _folder.Own("conf.d/sensors.yaml", 0, Service, 0b110_100_000);
    }

    [Fact]
    public void Files_of_the_services_group_are_right() => Assert.Empty(Read());

    [Theory]
    [InlineData("secrets.yaml")]
    [InlineData("conf.d/sensors.yaml")]
    public void A_file_that_only_root_can_read_is_an_error_with_what_to_type(string name)
    {
        _folder.Own(name, 0, 0, 0b110_100_000);

        Assert.Equal([$"{name}: error: the service may not read this file: its group is not that of edgeagent.yaml (chown --reference=edgeagent.yaml {name} && chmod 640 {name})"], Read());
    }

    [Fact]
    public void A_folder_that_only_root_can_list_is_an_error_too()
    {
        _folder.Own("conf.d", 0, 0, 0b111_000_000);

        Assert.Equal(["conf.d: error: the service may not read this folder: its group is not that of edgeagent.yaml (chown --reference=edgeagent.yaml conf.d && chmod 750 conf.d)"], Read());
    }

    [Fact]
    public void A_main_file_that_only_root_can_read_is_an_error_where_its_folder_is_the_services()
    {
        _folder.Own("edgeagent.yaml", 0, 0, 0b110_000_000);

        var folder = _folder.Root;
        Assert.Equal([$"edgeagent.yaml: error: the service may not read this file: its group is not that of {folder} (chown --reference={folder} edgeagent.yaml && chmod 640 edgeagent.yaml)"], Read());
    }

    [Theory]
    [InlineData(0u, 0u, 0b110_100_100)]
    [InlineData(Service, 0u, 0b110_000_000)]
    public void A_file_that_everyone_or_its_owner_can_read_is_right(uint user, uint group, int mode)
    {
        _folder.Own("conf.d/sensors.yaml", user, group, mode);

        Assert.Empty(Read());
    }

    [Fact]
    public void Files_for_tls_are_a_warning_because_the_agent_does_without_them()
    {
        _folder.Write("client.key", "x");
        _folder.Write("client.pem", "x", mode: 0b110_100_100);
        _folder.Own("client.key", 0, 0, 0b110_000_000);
        _folder.Write("edgeagent.yaml", $"broker: {{url: mqtts://host, tls: {{cert_file: {_folder["client.pem"]}, key_file: {_folder["client.key"]}}}}}\n");

        Assert.EndsWith(
            "warning: broker.tls.key_file: the service may not read this file: its group is not that of edgeagent.yaml (chown --reference=edgeagent.yaml client.key && chmod 640 client.key)",
            Assert.Single(Read()),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Nobody_but_a_command_of_root_asks_for_another_user(bool isRoot, bool isAgent)
    {
        (_folder.IsRoot, _folder.IsAgent) = (isRoot, isAgent);
        _folder.Own("secrets.yaml", 0, 0, 0b110_000_000);

        Assert.Empty(Read());
    }

    [Fact]
    public void Where_everything_is_roots_there_is_no_service_to_ask_for()
    {
        _folder.Own("", 0, 0, 0b111_101_101);
        _folder.Own("edgeagent.yaml", 0, 0, 0b110_100_000);
        _folder.Own("secrets.yaml", 0, 0, 0b110_000_000);

        Assert.Empty(Read());
    }

    [Fact]
    public void The_agent_that_may_not_read_a_file_is_not_told_to_become_root()
    {
        _folder.IsAgent = true;
        var problem = new Problem(Severity.Error, "may not be read by this user") { File = _folder["secrets.yaml"], IsPermission = true, Hint = "run as root (sudo)" };

        Assert.Equal(
            $"chown --reference={_folder.Main} {_folder["secrets.yaml"]} && chmod 640 {_folder["secrets.yaml"]}",
            new FileReaders(_folder.Main, _folder.Environment).Advise(problem).Hint);
    }

    [Fact]
    public void A_password_in_the_main_file_is_closed_so_that_the_service_can_still_read_it()
    {
        _folder.Write("edgeagent.yaml", "broker: {url: mqtt://host, username: pi, password: hunter2}\nsensors: [{id: b, type: file, path: /x}]\n", mode: 0b110_100_100);
        _folder.Own("edgeagent.yaml", 0, 0, 0b110_100_100);

        Assert.Contains($"(chown --reference={_folder.Root} edgeagent.yaml && chmod 640 edgeagent.yaml, or write !secret NAME and put it into secrets.yaml)", Assert.Single(Read()), StringComparison.Ordinal);
    }

    [Fact]
    public void The_rights_of_a_file_are_read_from_the_system()
    {
        _folder.Write("x", "", mode: 0b110_100_000);

        Assert.Equal((UnixFileMode)0b110_100_000, FileRights.Of(_folder["x"])!.Mode);
        Assert.Equal(0u, FileRights.Of("/etc/passwd")!.User);
        Assert.Null(FileRights.Of(_folder["nothing"]));
    }

    public void Dispose() => _folder.Dispose();

    private string[] Read() => _folder.Lines(_folder.Read());
}
