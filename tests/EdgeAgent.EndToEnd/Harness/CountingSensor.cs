namespace EdgeAgent.EndToEnd.Harness;

/// <summary>
/// A sensor whose readings can be counted from outside: every read appends a line to a file and gives the number of lines, so
/// the values are 1, 2, 3 ... over all starts of the agent, and a gap in what arrives is a lost reading.
/// </summary>
internal sealed class CountingSensor
{
    private readonly string _file;

    public CountingSensor(TemporaryFolder folder, string id, string interval)
    {
        Id = id;
        _file = folder[$"{id}.count"];
        var script = folder.Write($"{id}.sh", $"echo >>'{_file}'\nexec wc -l <'{_file}'\n");
        Yaml = $"{{id: {id}, type: exec, command: [/bin/sh, {script}], interval: {interval}, timeout: 20s}}";
    }

    public string Id { get; }

    /// <summary>Its entry in the list of sensors.</summary>
    public string Yaml { get; }

    /// <summary>How often it was read.</summary>
    public int Reads => File.Exists(_file) ? File.ReadAllBytes(_file).Length : 0;
}
