using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Tests.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Hosting;

public sealed class ConfigWatchTests
{
    [Fact]
    public async Task A_change_counts_once_and_only_when_it_has_been_left_alone_for_a_moment() =>
        Assert.Equal([3], await ChangesAsync("a", "half", "whole", "whole", "whole", "whole"));

    [Fact]
    public async Task What_was_saved_between_the_reading_of_the_files_and_the_first_look_counts() =>
        Assert.Equal([1], await ChangesAsync("saved", "saved", "saved"));

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

    [Fact]
    public void A_file_behind_a_link_shows_in_the_stamp_when_it_is_written_and_when_the_link_is_turned()
    {
        using var folder = new ConfigFolder();
        folder.Write("first.txt", "sensors: []\n");
        folder.Write("second.txt", "sensors: []\n");
        File.CreateSymbolicLink(folder.Main, folder["first.txt"]);
        List<string> stamps = [ConfigFiles.Stamp(folder.Main)];

        folder.Write("first.txt", "sensors: [ ]\n");
        stamps.Add(ConfigFiles.Stamp(folder.Main));
        File.Delete(folder.Main);
        File.CreateSymbolicLink(folder.Main, folder["second.txt"]);
        stamps.Add(ConfigFiles.Stamp(folder.Main));

        Assert.Equal(3, stamps.Distinct().Count());
    }

    /// <summary>Runs the watch over files that were read as "a" and whose stamp is then, look for look, one of these; the looks that told of a change.</summary>
    private static async Task<List<int>> ChangesAsync(params string[] stamps)
    {
        var time = new FakeTimeProvider();
        var look = -1;
        var changes = new List<int>();
        using var looked = new SemaphoreSlim(0);
        using var stop = new CancellationTokenSource();
        var watch = new ConfigWatch("a", Look, () => changes.Add(look), time).RunAsync(stop.Token);

        foreach (var _ in stamps)
        {
            time.Advance(ConfigWatch.Pause);
            Assert.True(await looked.WaitAsync(BusyMachine.Deadline));
        }

        await stop.CancelAsync();
        await watch.WaitAsync(BusyMachine.Deadline);
        return changes;

        string Look()
        {
            look++;
            looked.Release();
            return stamps[look];
        }
    }
}
