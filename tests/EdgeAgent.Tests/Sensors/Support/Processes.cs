using System.Globalization;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>Looks at the processes and handles of this machine, by /proc.</summary>
internal static class Processes
{
    public static int OpenFiles() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    /// <summary>True for a zombie too.</summary>
    public static bool IsAlive(int process) => Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}"));

    /// <summary>Waits until a process is gone that somebody else must reap, or is a zombie.</summary>
    public static async Task GoneAsync(int process)
    {
        using var deadline = new CancellationTokenSource(Some.Deadline);
        while (State(process) is not null and not 'Z')
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
        }
    }

    public static int[] ZombieChildren() => [.. Directory.GetDirectories("/proc")
        .Select(static path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(static id => id > 0 && Fields(id) is ['Z', _, ..] && Parent(id) == Environment.ProcessId)];

    /// <summary>Waits for a number that a program writes to a file.</summary>
    public static async Task<int> NumberAsync(this FixtureTree tree, string relative)
    {
        using var deadline = new CancellationTokenSource(Some.Deadline);
        while (true)
        {
            if (File.Exists(tree.Path(relative)) && await File.ReadAllTextAsync(tree.Path(relative), deadline.Token) is { } text && text.EndsWith('\n'))
            {
                return int.Parse(text, CultureInfo.InvariantCulture);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
        }
    }

    private static char? State(int process) => Fields(process) is [var state, ..] ? state : null;

    private static int Parent(int process) => int.Parse(Fields(process)!.Split(' ')[1], CultureInfo.InvariantCulture);

    /// <summary>proc(5) stat, from the state on: the name before it may hold anything.</summary>
    private static string? Fields(int process)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
