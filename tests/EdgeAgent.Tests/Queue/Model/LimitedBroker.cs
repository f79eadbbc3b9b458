using EdgeAgent.Configuration;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Queue;

/// <summary>What a broker and the connection to it do in a life: messages are taken, and end in every way that they can; the ledger is read.</summary>
internal sealed class LimitedBroker(LimitedWorld world)
{
    private QueueRig Rig => world.Rig;

    private Random Random => world.Random;

    public Task ConnectOrDisconnectAsync()
    {
        if (world.IsConnected)
        {
            Rig.Queue.EndConnection();
            world.Interrupted();
        }
        else
        {
            Rig.Queue.BeginConnection();
            world.IsConnected = true;
        }

        return Task.CompletedTask;
    }

    public Task TakeAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (Rig.Queue.TryTake(Random.Next(3) == 0 ? Lane.Live : Lane.Backlog, out var taken))
            {
                Taken(in taken);
            }
        }

        return Task.CompletedTask;
    }

    public Task AcknowledgeAsync() => EndAsync(2, (sequence, message) =>
    {
        Rig.Queue.Acknowledge([sequence]);
        message.State = ModelState.Acknowledged;
    });

    public Task LeaveAsync() => EndAsync(8, (sequence, message) =>
    {
        Rig.Queue.Leave(sequence, TimeSpan.FromMilliseconds(Random.Next(2) * 700));
        message.State = ModelState.Waiting;
    });

    public Task RefuseAsync() => EndAsync(4, (sequence, message) =>
    {
        Rig.Queue.Quarantine(sequence, 0x99, "the model's wish");
        (message.State, message.IsLetter) = (ModelState.Dead, false);
        world.Refusals++;
    });

    /// <summary>The reader of the ledger gets what there is of it; some of it twice.</summary>
    public Task TellAsync()
    {
        while (Rig.Queue.TryTake(Lane.Ledger, out var entry))
        {
            world.Told.Add(in entry);
            if (Random.Next(4) == 0)
            {
                Rig.Queue.Leave(entry.Sequence, TimeSpan.FromMilliseconds(500));
            }
            else
            {
                Rig.Queue.Acknowledge([entry.Sequence]);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Everything that is left goes to a patient broker, and then what the ledger still has.</summary>
    public async Task DrainAsync()
    {
        await Rig.FlushAsync();
        Rig.Queue.EndConnection();
        world.Interrupted();
        Rig.Queue.BeginConnection();
        for (var idle = 0; Rig.Queue.Snapshot().Depth > 0; idle++)
        {
            Assert.True(idle < 1_000, $"nothing comes of {Rig.Queue.Snapshot().Depth}");
            while (Rig.Queue.TryTake(Lane.Live, out var taken) || Rig.Queue.TryTake(Lane.Backlog, out taken))
            {
                Taken(in taken);
                await EndAsync(1, (sequence, message) =>
                {
                    Rig.Queue.Acknowledge([sequence]);
                    message.State = ModelState.Acknowledged;
                });
                idle = 0;
            }

            await world.SettleAsync();
        }

        Rig.Time.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        while (Rig.Queue.TryTake(Lane.Ledger, out var entry))
        {
            world.Told.Add(in entry);
            Rig.Queue.Acknowledge([entry.Sequence]);
        }
    }

    private void Taken(in QueuedMessage taken)
    {
        var message = world.Messages[ModelSensors.ValueOf(taken.Body)];
        Assert.True(message.State == ModelState.Waiting, $"{message.Value} came while it was {message.State}");
        Assert.True(world.InFlight.TryAdd(taken.Sequence, message), $"{taken.Sequence} is in flight");
        Assert.Equal(message.Envelope.Topic, taken.Envelope.Topic);
        Assert.Equal(message.BootTime, taken.BootTime);
        Assert.True(message.Boot != Rig.Clock.Boot || Rig.Clock.Now - message.BootTime <= message.Limit(LimitedWorld.MaxAge).TotalMilliseconds, $"{message.Value} was too old");
        (message.State, message.Id) = (ModelState.InFlight, MessageId.Of(in taken));
        if (taken.Body.Kind == BodyKind.Fields)
        {
            Assert.Equal((WhenFull.Thin, MessagePriority.Normal), (Rig.Config.WhenFull, taken.Envelope.Priority));
            Assert.True(ModelSensors.Numbers(taken.Body) is [var mean, var minimum, var maximum, var last, >= 4] && minimum < mean && mean < maximum && maximum == last);
        }
    }

    private Task EndAsync(int oneOf, Action<long, ModelMessage> end)
    {
        foreach (var (sequence, message) in world.InFlight.Where(_ => Random.Next(oneOf) == 0).ToArray())
        {
            world.InFlight.Remove(sequence);
            end(sequence, message);
        }

        return Task.CompletedTask;
    }
}
