using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Sensors.Modbus;
using EdgeAgent.Tests.Sensors.Support;
using static EdgeAgent.Tests.Sensors.Support.ModbusReplies;
using static EdgeAgent.Tests.Sensors.Support.ModbusSettings;

namespace EdgeAgent.Tests.Sensors.Kinds;

/// <summary>What may still come on an RTU line before the next is asked.</summary>
public sealed class ModbusSilenceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromMilliseconds(50);

    /// <summary>3.5 characters at 9600 baud, in whole milliseconds.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(5);

    private readonly SignalledTime _time = new();
    private readonly SensorEnvironment _environment;

    public ModbusSilenceTests() => _environment = Some.Environment(_time);

    [Fact]
    public async Task Nobody_is_asked_while_another_still_talks()
    {
        var (isTalking, isInterrupted) = (true, false);
        await using var device = ModbusDevice.OverTcp(request =>
        {
            isInterrupted |= request[0] == 2 && isTalking;
            return request[0] == 2 ? [Rtu(2, Registers(request))] : Disturbed(request);
        });
        await using var disturbed = OverTcp(device, 1);
        await using var other = OverTcp(device, 2);
        Assert.Equal(SensorFailureKind.Crc, (await disturbed.ReadAsync(default).AsTask().WaitAsync(Some.Deadline)).Failure?.Kind);

        var read = other.ReadAsync(default).AsTask();
        for (var i = 0; i < 5 && await _time.IsAwaitedAsync(AfterTrouble, read); i++)
        {
            await device.SayAsync([0x55]);
            _time.Advance(AfterTrouble);
        }

        await _time.IsAwaitedAsync(AfterTrouble, read);
        isTalking = false;
        _time.Advance(AfterTrouble);

        Assert.Null((await read.WaitAsync(Some.Deadline)).Failure);
        Assert.False(isInterrupted);
    }

    [Fact]
    public async Task A_line_that_never_falls_silent_is_a_failure_that_says_so()
    {
        await using var device = ModbusDevice.OverTcp(static request => Disturbed(request));
        await using var sensor = OverTcp(device, 1);
        await sensor.ReadAsync(default).AsTask().WaitAsync(Some.Deadline);

        var read = sensor.ReadAsync(default).AsTask();
        while (await _time.IsAwaitedAsync(AfterTrouble, read))
        {
            await device.SayAsync([0x55]);
            _time.Advance(AfterTrouble);
        }

        var failure = (await read).Failure;
        Assert.Equal(SensorFailureKind.Io, failure?.Kind);
        Assert.Contains("silent", failure!.Message, StringComparison.Ordinal);
        Assert.Equal(1, device.Requests);
    }

    [Fact]
    public async Task A_slave_that_was_given_up_is_not_asked_before_its_late_answer_could_have_come()
    {
        await using var line = await SilentLine.PlugAsync(this);
        await using var power = line.Sensor(1, 10);
        await using var voltage = line.Sensor(1, 20);
        await line.GiveUpAsync(power);

        var read = voltage.ReadAsync(default).AsTask();
        await _time.RunAsync(Patience, read);

        Assert.Equal(Value.Of(20), Assert.Single((await read).Values).Value);
        Assert.True(line.Pause >= Patience, $"asked again after {line.Pause}");
    }

    [Fact]
    public async Task A_slave_that_was_given_up_does_not_hold_up_the_others()
    {
        await using var line = await SilentLine.PlugAsync(this);
        await using var dead = line.Sensor(1, 10);
        await using var alive = line.Sensor(2, 20);
        await line.GiveUpAsync(dead);

        var read = alive.ReadAsync(default).AsTask();
        await _time.RunAsync(AfterTrouble, read);

        Assert.Equal(Value.Of(20), Assert.Single((await read).Values).Value);
        Assert.Equal(AfterTrouble, line.Pause);
    }

    [Fact]
    public async Task A_read_that_ends_while_its_slave_rests_has_no_answer()
    {
        await using var line = await SilentLine.PlugAsync(this);
        await using var sensor = line.Sensor(1, 10);
        await line.GiveUpAsync(sensor);
        using var deadline = new CancellationTokenSource();

        var read = sensor.ReadAsync(deadline.Token).AsTask();
        Assert.True(await _time.IsAwaitedAsync(Patience, read));
        await deadline.CancelAsync();

        Assert.Equal(SensorFailureKind.Timeout, (await read.WaitAsync(Some.Deadline)).Failure?.Kind);
    }

    /// <summary>A byte of noise as its driver switches on, then not yet all of the reply.</summary>
    private static byte[][] Disturbed(byte[] request) => [[0, .. Rtu(1, Registers(request))[..7]]];

    private ISensor OverTcp(ModbusDevice device, int slave) => Some.Sensor(
        ModbusSensor.Kind, _environment, ("controller", new ModbusPlace("127.0.0.1", device.Port)), ("rtu_over_tcp", true), ("slave", slave),
        ("response_timeout", Patience), ("max_gap", 10), Registers());

    /// <summary>A serial line with a device that lets the first request go unanswered until the second comes.</summary>
    private sealed class SilentLine : IAsyncDisposable
    {
        private readonly ModbusSilenceTests _test;
        private readonly FixtureTree _tree;
        private readonly SerialCable _cable;
        private readonly ModbusDevice _device;
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private byte[] _owed = [];
        private DateTimeOffset _givenUp;

        private SilentLine(ModbusSilenceTests test, FixtureTree tree, SerialCable cable)
        {
            (_test, _tree, _cable) = (test, tree, cable);
            _device = ModbusDevice.OnLine(cable, Answer);
        }

        /// <summary>How long after the first request was given up the second came.</summary>
        public TimeSpan Pause { get; private set; }

        public static async Task<SilentLine> PlugAsync(ModbusSilenceTests test)
        {
            var tree = new FixtureTree();
            return new(test, tree, await SerialCable.PlugAsync(tree));
        }

        public ISensor Sensor(int slave, int address) => Some.Sensor(
            ModbusSensor.Kind, _test._environment, ("controller", new ModbusPlace(_cable.Near, 0)), ("slave", slave), ("response_timeout", Patience),
            Registers(Register("r", address)));

        /// <summary>Reads a sensor, whose request arrives and is not answered.</summary>
        public async Task GiveUpAsync(ISensor sensor)
        {
            var read = sensor.ReadAsync(default).AsTask();
            Assert.True(await _test._time.IsAwaitedAsync(Between, read));
            _test._time.Advance(Between);
            await _asked.Task.WaitAsync(Some.Deadline);
            _test._time.Advance(Patience);
            Assert.Equal(SensorFailureKind.Timeout, (await read.WaitAsync(Some.Deadline)).Failure?.Kind);
            _givenUp = _test._time.GetUtcNow();
        }

        public async ValueTask DisposeAsync()
        {
            await _device.DisposeAsync();
            _cable.Dispose();
            _tree.Dispose();
        }

        private byte[][] Answer(byte[] request)
        {
            var reply = Rtu(request[0], Registers(request));
            if (_asked.TrySetResult())
            {
                _owed = reply;
                return [];
            }

            Pause = _test._time.GetUtcNow() - _givenUp;
            return request[0] == _owed[0] && Pause < Patience ? [_owed, reply] : [reply];
        }
    }
}
