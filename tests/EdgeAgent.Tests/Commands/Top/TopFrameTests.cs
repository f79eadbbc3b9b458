using EdgeAgent.Commands.Top;
using EdgeAgent.Hosting;
using EdgeAgent.Hosting.Measuring;

namespace EdgeAgent.Tests.Commands.Top;

public sealed class TopFrameTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 15, 0, TimeSpan.Zero);

    private static readonly AgentStatus Away = new(
        1,
        "pi-boiler",
        "0.1.0",
        3_600,
        new ConfigurationReport("/etc/edgeagent/edgeagent.yaml", Now.AddHours(-1), null, null),
        new BrokerStatus("waiting", Now.AddMinutes(-1), "mqtt://broker:1883", null, 60_000, "refused", 1, 1, 9, []),
        new QueueStatus(800, 800, 0, 1_000, 200, Now.AddMinutes(-1), 60, 1 << 20, 512L << 20, 9L << 30, 12.2, 4 << 20, 1 << 20, [], 0, "healthy", null),
        new RateStatus(10, 0, null, null),
        [Sensor("flow"), Sensor("tank")]);

    private static readonly AgentStatus Draining = Away with
    {
        Broker = Away.Broker with { State = "connected", Protocol = "5.0", LastError = null, SinceAcknowledgementMs = 100, Connections = 2 },
        Queue = Away.Queue with { Depth = 200, InFlight = 100, DaysUntilFull = null },
    };

    [Fact]
    public void A_queue_that_grows_without_the_broker_is_a_screen() => Assert.Equal(
        """
        pi-boiler  edgeagent 0.1.0, up 1 h
        config   /etc/edgeagent/edgeagent.yaml, in force since 2026-11-22 09:15:00Z
        broker   waiting mqtt://broker:1883 since 2026-11-22 10:14:00Z, 1 connection so…
                 last acknowledgement 1 min ago
                 last error: refused
        queue    800 waiting (0 in flight), deepest 800; oldest 1 min
                 1 MiB of 512 MiB on disk, 9 GiB free; full in 12 d 4 h at this rate
                 1 000 accepted, 200 acknowledged since the start
        rates    10/s accepted, 0/s delivered in the last minute
        card     1 MiB written today, 4 MiB since the start

        Messages in the queue, the last 20 s; ░ without the broker
          1 000 ┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀
                ┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣤⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
                ┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⢀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
                ┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
              0 ┼───────────────░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░

        sensor  state  value  age  readings  failed
        flow    ok     21.5   2 s  7         0
        tank    ok     21.5   2 s  7         0
        q quits
        """,
        Text(new TopState().Heard(Away, History([0, 300, 500, 600], [1, 0, 0, 0])), 80, 22));

    [Fact]
    public void A_drain_has_a_bar_a_rate_and_the_time_that_is_left()
    {
        var state = new TopState().Heard(Draining, History([0, 800, 600, 400], [1, 0, 0.998, 1], delivered: [0, 0, 250, 250]));
        Assert.Contains("drain    [████████████████████████░░░░░░░░░]  75 %  600 of 800 gone, 40/s, 5 s left\n", Text(state, 84, 40), StringComparison.Ordinal);
        Assert.Contains("drain    [███████░░░]  75 %  600 of 800 gone", Text(state, 60, 40), StringComparison.Ordinal);
    }

    [Fact]
    public void A_queue_that_does_not_get_less_has_no_time_left()
    {
        var state = new TopState().Heard(Draining, History([800, 800, 800, 800], [1, 1, 1, 1], delivered: [50, 50, 50, 50]));
        Assert.Contains("600 of 800 gone, not getting less\n", Text(state, 90, 40), StringComparison.Ordinal);
    }

    [Fact]
    public void Before_a_step_with_a_connection_is_over_the_rate_is_not_known() =>
        Assert.Contains("600 of 800 gone\n", Text(new TopState().Heard(Draining, History([0, 600, 700, 800], [1, 0, 0, 0.5])), 90, 40), StringComparison.Ordinal);

    [Theory]
    [InlineData("waiting", 200)]
    [InlineData("connected", 20)]
    public void Without_a_connection_or_a_backlog_there_is_no_drain(string brokerState, long depth)
    {
        var status = Draining with { Broker = Draining.Broker with { State = brokerState }, Queue = Draining.Queue with { Depth = depth } };
        Assert.Null(DrainProgress.Of(status, History([0, 800, 600, 400], [1, 0, 1, 1])));
    }

    [Fact]
    public void What_drained_before_the_queue_was_last_empty_does_not_count() =>
        Assert.Equal(300, DrainProgress.Of(Draining, History([9_000, 5, 300, 250], [1, 1, 1, 1]))!.Peak);

    [Fact]
    public void A_peak_of_hours_ago_counts() =>
        Assert.Equal(50_000, DrainProgress.Of(Draining, History([900, 800, 600, 400], [1, 1, 1, 1]) with { Day = Series([1, 50_000, 900], [1, 0, 1], [0, 0, 0]) })!.Peak);

    [Fact]
    public void An_agent_that_stops_is_told_above_what_was_last_known()
    {
        var state = new TopState().Heard(Away, null).Unheard("connection refused", Now.AddSeconds(-12)).Unheard("connection refused", Now);
        Assert.StartsWith("Waiting for the agent, for 12 s: connection refused\npi-boiler  edgeagent", Text(state, 80, 40), StringComparison.Ordinal);
    }

    [Fact]
    public void An_agent_that_never_answered_is_waited_for() =>
        Assert.Equal("Waiting for the agent, for 0 s: connection refused\nq quits", Text(new TopState().Unheard("connection refused", Now), 80, 24));

    [Fact]
    public void A_restart_is_told_and_forgets_the_history_of_the_one_before()
    {
        var before = new TopState().Heard(Away, History([1, 2, 3, 4], [1, 1, 1, 1]));
        var after = before.Heard(Away with { UptimeS = 3 }, null);
        Assert.Null(after.History);
        Assert.Contains("restart  it was started anew 3 s ago\n", Text(after, 80, 40), StringComparison.Ordinal);
        Assert.True(after.Heard(Away with { UptimeS = 59 }, null).IsRestarted);
        Assert.False(after.Heard(Away with { UptimeS = 61 }, null).IsRestarted);
        Assert.False(before.Heard(Away with { UptimeS = 3_601 }, null).IsRestarted);
    }

    [Fact]
    public void An_agent_that_ran_longer_than_the_one_before_it_is_another_when_it_was_not_up_all_the_time()
    {
        var before = new TopState().Heard(Away with { UptimeS = 0.4 }, null);

        Assert.True(before.Heard(Away with { UptimeS = 0.9 }, null, TimeSpan.FromSeconds(2)).IsRestarted);
        Assert.False(before.Heard(Away with { UptimeS = 2.4 }, null, TimeSpan.FromSeconds(2)).IsRestarted);
    }

    [Fact]
    public void No_frame_is_larger_than_its_screen()
    {
        var state = new TopState().Heard(Draining, History([0, 800, 600, 400], [1, 0, 1, 1])).Unheard("gone", Now);
        for (var width = 1; width < 100; width += 3)
        {
            for (var height = 1; height < 50; height++)
            {
                var frame = TopFrame.Render(state, width, height, Now);
                Assert.InRange(frame.Length, 1, height);
                Assert.All(frame, line => Assert.True(line.Text.Length <= width, $"{width} x {height}: {line.Text}"));
            }
        }
    }

    [Fact]
    public void What_a_small_screen_cannot_show_is_counted() =>
        Assert.Equal(
            "pi-boiler  edgeagent 0.1.0, up 1 h\nconfig   /etc/edgeagent/edgeagent.yaml,…\n... 12 more lines: make the window high…\nq quits",
            Text(new TopState().Heard(Away, null), 40, 4));

    [Fact]
    public void What_a_sensor_or_broker_says_cannot_steer_the_terminal()
    {
        var evil = Away with { Broker = Away.Broker with { LastError = "\u001b[2J" }, Sensors = [Sensor("\u001b[31m")] };
        Assert.DoesNotContain('\u001b', Text(new TopState().Heard(evil, null).Unheard("\u001b[1m", Now), 80, 40));
    }

    [Fact]
    public void A_frame_is_one_write_that_wipes_nothing_before_it_draws()
    {
        FrameLine[] lines = [new("one", FrameLook.Bad), new("two")];
        Assert.Equal("\u001b[H\u001b[31mone\u001b[0m\u001b[K\r\ntwo\u001b[K\u001b[J", TopScreen.Draw(lines, hasColours: true));
        Assert.Equal("\u001b[Hone\u001b[K\r\ntwo\u001b[K\u001b[J", TopScreen.Draw(lines, hasColours: false));
    }

    [Fact]
    public void An_exception_leaves_the_second_screen()
    {
        var written = new List<string>();
        void Fail()
        {
            using var screen = new TopScreen(written.Add, hasColours: true);
            throw new InvalidOperationException();
        }

        Assert.Throws<InvalidOperationException>(Fail);
        Assert.StartsWith("\u001b[?1049h", written[0], StringComparison.Ordinal);
        Assert.EndsWith("\u001b[?1049l", written[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_tells_it_to_a_pipe()
    {
        var state = new TopState().Heard(Draining, History([0, 800, 600, 400], [1, 0, 1, 1], delivered: [0, 0, 250, 250]));
        Assert.Equal(
            "2026-11-22 10:15:00Z  broker connected; 200 waiting; 10/s accepted, 0/s delivered; 75 % of 800 drained, 5 s left; 2 sensors", TopLine.Render(state, Now));
        Assert.Equal("2026-11-22 10:15:00Z  waiting for the agent: gone", TopLine.Render(state.Unheard("gone", Now), Now));
    }

    private static string Text(TopState state, int width, int height) => string.Join('\n', TopFrame.Render(state, width, height, Now).Select(static line => line.Text));

    private static SensorReport Sensor(string id) => new(id, "file", "ok", 7, 7, 0, [], 0, 0, 2, "21.5", [], null, null);

    /// <summary>The newest steps of five seconds, 50 readings accepted in each.</summary>
    private static AgentHistory History(long?[] depth, double?[] connected, long?[]? delivered = null) =>
        new(1, Series(depth, connected, delivered ?? [0, 0, 0, 0]), Series([], [], []));

    private static HistoryReport Series(long?[] depth, double?[] connected, long?[] delivered) =>
        new(5, Now, depth, [.. depth.Select(static _ => (long?)50)], delivered, [], [], connected);
}
