namespace EdgeAgent.Tests.Queue;

/// <summary>What the machine does in a life: time passes, clocks jump, the agent restarts, the power goes.</summary>
internal sealed class LimitedMachine(LimitedWorld world)
{
    private int _boots;

    private QueueRig Rig => world.Rig;

    private Random Random => world.Random;

    public async Task PassAsync(TimeSpan time)
    {
        Rig.Clock.Now += (long)time.TotalMilliseconds;
        Rig.Time.Advance(time);
        world.Age();
        await world.SettleAsync();
    }

    /// <summary>The wall clock jumps by years, either way; the source that sets it comes and goes.</summary>
    public Task JumpAsync()
    {
        Rig.Clock.Offset += Random.NextInt64(-100L * 365 * 86_400_000, 100L * 365 * 86_400_000);
        Rig.Clock.Synchronized = Random.Next(3) > 0;
        return Task.CompletedTask;
    }

    public async Task RestartAsync()
    {
        await Rig.CloseAsync();
        Boot(Rig.Clock);
        Rig.Open();
        world.Interrupted();
        world.Durable();
        world.Age();
    }

    public async Task CrashAsync()
    {
        await world.SettleAsync();
        var crashed = Rig.Crashed();
        var kept = crashed.Bodies().Select(static body => ModelSensors.ValueOf(in body)).ToHashSet();
        var now = Rig.Time.GetUtcNow();
        (crashed.Clock.Boot, crashed.Clock.Now, crashed.Clock.Offset, crashed.Clock.Synchronized) = (Rig.Clock.Boot, Rig.Clock.Now, Rig.Clock.Offset, Rig.Clock.Synchronized);
        await Rig.DisposeAsync();
        world.Rig = crashed;
        Boot(Rig.Clock);
        Rig.Open();
        world.Interrupted();
        foreach (var message in world.Messages.Values.Where(static message => !message.IsLetter))
        {
            Crashed(message, kept.Contains(message.Value), isSettled: message.IsDurable || now - message.AcceptedAt > Rig.Config.LossWindow + TimeSpan.FromSeconds(1));
        }

        world.Age();
    }

    /// <summary>Half of the starts are another boot of the machine, with a clock that nobody has set yet.</summary>
    private void Boot(SetBootClock clock)
    {
        if (Random.Next(2) == 0)
        {
            (clock.Boot, clock.Now, clock.Synchronized) = ($"boot-{++_boots}", Random.Next(100_000), Random.Next(2) == 0);
        }
    }

    private static void Crashed(ModelMessage message, bool isKept, bool isSettled)
    {
        if (isKept)
        {
            Assert.True(message.IsOpen || message.State == ModelState.Acknowledged, $"{message.Value} is back, and was {message.State}");
            (message.State, message.IsDurable) = (ModelState.Waiting, true);
        }
        else if (message.IsOpen || message.State == ModelState.Gone)
        {
            message.State = isSettled ? ModelState.Gone : ModelState.Doubtful;
        }
    }
}
