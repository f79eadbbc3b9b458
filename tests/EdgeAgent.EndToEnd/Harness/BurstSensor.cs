using System.Globalization;

namespace EdgeAgent.EndToEnd.Harness;

/// <summary>A sensor that is quiet until it is told to, and then gives the readings 1, 2, 3 ... as fast as the agent takes them.</summary>
internal sealed class BurstSensor
{
    private readonly TemporaryFolder _folder;

    public BurstSensor(TemporaryFolder folder, string id, int count)
    {
        _folder = folder;
        Count = count;
        Topic = $"test/{id}";
        var script = folder.Write(
            $"{id}.sh",
            string.Create(CultureInfo.InvariantCulture, $"until [ -e '{folder["burst"]}' ]; do sleep 0.1; done\nseq 1 {count}\nexec sleep infinity\n"));
        Yaml = $"{{id: {id}, type: execd, command: [/bin/sh, {script}]}}";
    }

    public int Count { get; }

    public string Topic { get; }

    /// <summary>Its entry in the list of sensors.</summary>
    public string Yaml { get; }

    public void Release() => _folder.Write("burst", string.Empty);
}
