using System.Diagnostics;
using System.Text;
using EdgeAgent.Sensors.Kernel;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>Two serial ports joined by a cable: a pair of pseudo-terminals that socat holds. Pulled out when disposed.</summary>
internal sealed class SerialCable : IDisposable
{
    private readonly Process _socat;
    private SerialPort? _far;

    private SerialCable(Process socat, string near, string far)
    {
        _socat = socat;
        Near = near;
        Far = far;
    }

    /// <summary>The agent's end.</summary>
    public string Near { get; }

    /// <summary>The device's end.</summary>
    public string Far { get; }

    public static async Task<SerialCable> PlugAsync(FixtureTree tree, string name = "tty")
    {
        var (near, far) = (tree.Path(name + "A"), tree.Path(name + "B"));

        // What a cable that was pulled out left behind.
        File.Delete(near);
        File.Delete(far);
        var socat = Process.Start(new ProcessStartInfo("socat", [$"pty,raw,echo=0,link={near}", $"pty,raw,echo=0,link={far}"]))!;
        using var deadline = new CancellationTokenSource(Some.Deadline);
        while (!File.Exists(near) || !File.Exists(far))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
        }

        return new(socat, near, far);
    }

    /// <summary>The device says something.</summary>
    public async Task SayAsync(string text)
    {
        _far ??= SerialPort.Open(Far, new(9600)).Port!;
        Assert.Equal(0, await _far.Stream.WriteAsync(Encoding.Latin1.GetBytes(text), CancellationToken.None));
    }

    public void Unplug()
    {
        _far?.Dispose();
        _socat.Kill();
        _socat.WaitForExit();
    }

    public void Dispose()
    {
        if (!_socat.HasExited)
        {
            Unplug();
        }

        _socat.Dispose();
    }
}
