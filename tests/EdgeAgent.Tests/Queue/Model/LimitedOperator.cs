namespace EdgeAgent.Tests.Queue;

/// <summary>What an operator does in a life: purges, and decides about dead letters.</summary>
internal sealed class LimitedOperator(LimitedWorld world)
{
    private QueueRig Rig => world.Rig;

    public async Task PurgeAsync()
    {
        var envelope = ModelSensors.All[world.Random.Next(ModelSensors.All.Length)];
        var answer = await Rig.Queue.Operations.PurgeAsync(new(null, envelope.Topic), default).WaitAsync(QueueRig.Deadline);
        Assert.Null(answer.Problem);
        Assert.Equal(world.InFlight.Values.Count(message => message.Envelope == envelope && !message.IsLetter), answer.Value!.InFlight);
        var purged = world.Messages.Values.Where(message => message.State == ModelState.Waiting && message.Envelope == envelope && !message.IsLetter).ToList();
        Assert.InRange(answer.Value.Purged, 0, purged.Count);
        purged.ForEach(static message => message.State = ModelState.Gone);
    }

    public async Task RetryLettersAsync()
    {
        var answer = await Rig.Queue.Operations.RetryDeadLettersAsync(null).WaitAsync(QueueRig.Deadline);
        var dead = world.Messages.Values.Where(static message => message.State == ModelState.Dead).ToList();
        Assert.Equal(dead.Count, answer.Value!.Done);
        dead.ForEach(static message => (message.State, message.IsLetter) = (ModelState.Waiting, true));
        world.Retries += dead.Count;
    }

    public async Task DropLettersAsync()
    {
        var kept = (await world.LettersAsync()).ToHashSet();
        var answer = await Rig.Queue.Operations.DropDeadLettersAsync(null).WaitAsync(QueueRig.Deadline);
        var passed = answer.Value!.Passed.ToHashSet();
        var dropped = kept.Where(message => !passed.Contains(message.Id)).ToList();
        Assert.Equal(dropped.Count, answer.Value.Done);
        dropped.ForEach(static message => message.State = ModelState.Dropped);
        world.Drops += dropped.Count;
    }
}
