using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Gpio;
using EdgeAgent.Tests.Sensors.Support;

namespace EdgeAgent.Tests.Sensors.Gpio;

/// <summary>The ioctls against a real kernel, where it can simulate a chip.</summary>
public sealed class KernelGpioTests
{
    [SkippableFact]
    public async Task A_chip_of_the_kernel_is_found_by_label_read_and_heard()
    {
        Skip.If(SimulatedChip.Obstacle is not null, SimulatedChip.Obstacle);
        using var chip = new SimulatedChip();
        var lines = new KernelGpio("/dev");
        Assert.Contains(KernelGpio.Find("/dev"), found => found.Label == SimulatedChip.Label && found.Lines.Contains(SimulatedChip.Line));

        var (line, failure) = lines.Open(new GpioRequest(SimulatedChip.Label, SimulatedChip.Line, GpioEdges.Both, IsActiveLow: false, GpioBias.AsIs, TimeSpan.Zero));
        using (line)
        {
            Assert.Null(failure);
            Assert.Contains("in use by edgeagent", lines.Open(new(null, SimulatedChip.Line, GpioEdges.None, false, GpioBias.AsIs, TimeSpan.Zero)).Failure?.Message, StringComparison.Ordinal);
            chip.Pull(isUp: true);
            Assert.True(line!.Read());
            chip.Pull(isUp: false);
            var events = new GpioEvent[2];
            for (var heard = 0; heard < 2;)
            {
                heard += await line.NextAsync(events.AsMemory(heard), CancellationToken.None).AsTask().WaitAsync(Some.Deadline);
            }

            Assert.Equal([(true, 1u), (false, 2u)], events.Select(change => (change.IsRising, change.Number)));
        }

        Assert.Null(lines.Open(new("no such chip", SimulatedChip.Line, GpioEdges.None, false, GpioBias.AsIs, TimeSpan.Zero)).Line);
    }

    [Fact]
    public void A_machine_without_chips_says_that_the_line_is_missing() =>
        Assert.Equal(SensorFailureKind.Missing, new KernelGpio("/nowhere").Open(new(null, "GPIO17", GpioEdges.None, false, GpioBias.AsIs, TimeSpan.Zero)).Failure?.Kind);
}
