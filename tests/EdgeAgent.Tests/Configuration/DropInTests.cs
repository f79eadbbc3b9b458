namespace EdgeAgent.Tests.Configuration;

public sealed class DropInTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    [Fact]
    public void Groups_are_joined_and_sensors_appended_in_the_order_of_the_names()
    {
        _folder.Write("edgeagent.yaml", "broker: {url: mqtt://host}\nqueue:\nsensors:\n  - {id: a, type: system}\n");
        _folder.Write("conf.d/20-more.yaml", "sensors:\n  - {id: c, type: system}\nqueue: {max_age: 1d}\n");
        _folder.Write("conf.d/10-first.yaml", "sensors:\n  - {id: b, type: system}\nbroker: {username: pi, backoff: {max: 1m}}\n");
        _folder.Write("conf.d/Z.yaml", "broker: {backoff: {initial: 2s}}\ngateway:\n");

        var reading = _folder.Read();

        Assert.Empty(reading.Problems);
        Assert.Equal(["a", "b", "c"], reading.Config!.Sensors.Select(sensor => sensor.Id));
        Assert.Equal(("pi", TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1)), (reading.Config.Broker!.Username, reading.Config.Broker.BackoffInitial, reading.Config.Broker.BackoffMaximum));
        Assert.Equal(TimeSpan.FromDays(1), reading.Config.Queue.MaxAge);
    }

    [Fact]
    public void A_value_set_in_two_files_is_an_error_that_names_both()
    {
        _folder.Write("edgeagent.yaml", "broker: {url: mqtt://host}\nsensors:\n  - {id: a, type: system}\n");
        _folder.Write("conf.d/a.yaml", "broker:\n  url: mqtt://other\nsensors:\n  - {id: a, type: system}\n");

        Assert.Equal(
            [
                $"conf.d/a.yaml:2:3: error: 'url' is set in two files (it is already set at edgeagent.yaml:1:10: keep one of them)",
                $"conf.d/a.yaml:4:10: error: two sensors have the id 'a' (the other is at edgeagent.yaml:3:10: give one of them another id)",
            ],
            _folder.Lines(_folder.Read()));
    }

    [Fact]
    public void Problems_come_in_the_order_of_the_files()
    {
        _folder.Write("edgeagent.yaml", "gateway: a\nz: 1\n");
        _folder.Write("conf.d/b.yaml", "y: 1\n");
        _folder.Write("conf.d/a.yaml", "\nx: 1\n");

        Assert.Equal(["edgeagent.yaml:2:1", "conf.d/a.yaml:2:1", "conf.d/b.yaml:1:1"], _folder.Lines(_folder.Read()).Select(line => line[..line.IndexOf(": ", StringComparison.Ordinal)]));
    }

    [Fact]
    public void One_broken_file_stops_all_and_the_others_are_checked_for_their_syntax()
    {
        _folder.Write("edgeagent.yaml", "gateway: @a\n");
        _folder.Write("conf.d/a.yaml", "gateway: \"b\n");
        _folder.Write("conf.d/b.yaml", "sensors: []\n");

        Assert.Equal(
            [
                "edgeagent.yaml:1:10: error: a value cannot begin with '@' (put the value in quotes: '@a')",
                "conf.d/a.yaml:1:10: error: this quote is never closed (add a \" at the end of the text)",
            ],
            _folder.Lines(_folder.Read()));
    }

    [Fact]
    public void Other_names_are_left_alone_and_the_likely_mistake_is_said()
    {
        _folder.Write("edgeagent.yaml", "broker: {url: mqtt://host}\nsensors: [{id: a, type: file, path: /x}]\n");
        _folder.Write("conf.d/a.yml", "][");
        _folder.Write("conf.d/.hidden.yaml", "][");
        _folder.Write("conf.d/a.yaml~", "][");
        _folder.Write("conf.d/a.yaml.dpkg-dist", "][");

        Assert.Equal(["conf.d/a.yml: warning: is not read: its name does not end in .yaml (rename it to a.yaml)"], _folder.Lines(_folder.Read()));
    }

    public void Dispose() => _folder.Dispose();
}
