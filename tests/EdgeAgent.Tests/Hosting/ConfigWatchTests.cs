using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Tests.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Hosting;

public sealed class ConfigWatchTests
{
    [Fact]
    public async Task A_change_counts_once_and_only_when_it_has_been_left_alone_for_a_moment()
    {
        var time = new FakeTimeProvider();
        var looks = new Queue<string>(["a", "a", "half", "whole", "whole", "whole", "whole"]);
        var changes = new List<int>();
        using var looked = new SemaphoreSlim(0);
        using var stop = new CancellationTokenSource();
        var watch = new ConfigWatch(Look, () => changes.Add(looks.Count), time).RunAsync(stop.Token);

        for (var look = 0; look < 7; look++)
        {
            Assert.True(await looked.WaitAsync(TimeSpan.FromSeconds(30)));
            if (look < 6)
            {
                time.Advance(ConfigWatch.Pause);
            }
        }

        await stop.CancelAsync();
        await watch.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([2], changes);

        string Look()
        {
            looked.Release();
            return looks.Dequeue();
        }
    }

    [Fact]
    public void Every_file_that_the_configuration_is_read_from_shows_in_its_stamp()
    {
        using var folder = new ConfigFolder();
        folder.Write("edgeagent.yaml", "sensors: []\n");
        List<string> stamps = [ConfigFiles.Stamp(folder.Main), ConfigFiles.Stamp(folder.Main)];
        foreach (var (name, text) in ((string, string)[])[("edgeagent.yaml", "sensors: [ ]\n"), ("conf.d/a.yaml", ""), ("conf.d/a.yaml", "#"), ("secrets.yaml", "x: y\n")])
        {
            folder.Write(name, text);
            stamps.Add(ConfigFiles.Stamp(folder.Main));
        }

        folder.Write("conf.d/README", "not read\n");
        stamps.Add(ConfigFiles.Stamp(folder.Main));
        Assert.Equal([0, 1, 2, 3, 4, 4], stamps.Skip(1).Select(stamp => stamps.Distinct().ToList().IndexOf(stamp)));
    }
}
