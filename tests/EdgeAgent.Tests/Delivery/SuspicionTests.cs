using EdgeAgent.Delivery;

namespace EdgeAgent.Tests.Delivery;

public sealed class SuspicionTests
{
    private readonly Suspicion _suspicion = new();

    [Fact]
    public void A_message_that_two_connections_in_a_row_ended_on_is_suspected()
    {
        Assert.False(_suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: false));
        Assert.Null(_suspicion.Suspect);

        Assert.False(_suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: false));
        Assert.Equal(7, _suspicion.Suspect);
    }

    [Fact]
    public void Progress_between_two_ends_suspects_nobody()
    {
        for (var oldest = 0; oldest < 100; oldest++)
        {
            Assert.False(_suspicion.ConnectionEnded(wasCut: true, oldest, 1, wasTried: false));
        }

        Assert.Null(_suspicion.Suspect);
    }

    [Fact]
    public void Three_cuts_in_a_row_with_the_suspect_alone_condemn_it()
    {
        MakeSuspect();

        Assert.False(_suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: true));
        Assert.False(_suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: true));
        Assert.True(_suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: true));
        Assert.Null(_suspicion.Suspect);
    }

    [Fact]
    public void A_cut_during_the_control_time_starts_the_count_anew()
    {
        MakeSuspect();
        _ = _suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: true);
        _ = _suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: true);

        Assert.False(_suspicion.ConnectionEnded(wasCut: true, null, 1, wasTried: false));
        Assert.False(_suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: true));
        Assert.Equal(7, _suspicion.Suspect);
    }

    [Fact]
    public void A_link_that_keeps_failing_without_it_clears_it()
    {
        MakeSuspect();
        for (var i = 0; i < 3; i++)
        {
            _ = _suspicion.ConnectionEnded(wasCut: false, null, 1, wasTried: false);
        }

        Assert.Null(_suspicion.Suspect);
    }

    [Fact]
    public void Any_answer_clears_it()
    {
        MakeSuspect();
        _suspicion.Answered(8);
        Assert.Equal(7, _suspicion.Suspect);

        _suspicion.Answered(7);
        Assert.Null(_suspicion.Suspect);
    }

    [Fact]
    public void A_suspect_that_does_not_come_any_more_is_forgotten_when_a_hundred_others_are_answered()
    {
        _ = _suspicion.ConnectionEnded(wasCut: true, 7, 30, wasTried: false);
        _ = _suspicion.ConnectionEnded(wasCut: true, 7, 30, wasTried: false);
        for (var i = 0; i < 130; i++)
        {
            Assert.Equal(7, _suspicion.Suspect);
            _suspicion.Answered(100 + i);
        }

        Assert.Null(_suspicion.Suspect);
        Assert.False(_suspicion.IsCareful);
    }

    [Fact]
    public void A_suspect_that_is_being_tried_is_not_forgotten_for_what_others_are_answered_between()
    {
        MakeSuspect();
        for (var trial = 0; trial < 2; trial++)
        {
            for (var i = 0; i < 90; i++)
            {
                _suspicion.Answered(100 + i);
            }

            Assert.False(_suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: true));
        }

        Assert.True(_suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: true));
    }

    [Fact]
    public void After_a_suspicion_one_at_a_time_goes_until_as_many_are_answered_as_were_in_flight()
    {
        _ = _suspicion.ConnectionEnded(wasCut: true, 7, 3, wasTried: false);
        _ = _suspicion.ConnectionEnded(wasCut: true, 7, 3, wasTried: false);
        _suspicion.Answered(7);
        Assert.Null(_suspicion.Suspect);
        Assert.True(_suspicion.IsCareful);

        _suspicion.Answered(8);
        _suspicion.Answered(9);
        Assert.False(_suspicion.IsCareful);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20_260)]
    public void A_link_cut_at_any_moment_condemns_nothing(int seed)
    {
        // Round trip 1, connections of random length; a message is condemned only if it dies alone right after a survived control time.
        var random = new Random(seed);
        var condemned = 0;
        for (var connection = 0; connection < 20_000; connection++)
        {
            var lifetime = random.NextDouble() * 30;
            if (_suspicion.Suspect is null)
            {
                condemned += _suspicion.ConnectionEnded(wasCut: true, lifetime < 2 ? 7 : 8 + connection, 1, wasTried: false) ? 1 : 0;
                continue;
            }

            var sent = 2 + (4 + (8 * random.NextDouble()));
            if (lifetime > sent + 1)
            {
                _suspicion.Answered(7);
                condemned += _suspicion.ConnectionEnded(wasCut: true, 8 + connection, 1, wasTried: false) ? 1 : 0;
            }
            else
            {
                condemned += _suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: lifetime > sent) ? 1 : 0;
            }
        }

        Assert.True(condemned == 0, $"{condemned} condemned with seed {seed}");
    }

    [Theory]
    [InlineData(0.001, 0, 0.2)]
    [InlineData(1, 0, 4)]
    [InlineData(1, 0.99, 10)]
    public void The_control_time_is_several_round_trips(double roundTrip, double random, double seconds) =>
        Assert.Equal(seconds, Suspicion.ControlTime(TimeSpan.FromSeconds(roundTrip), random).TotalSeconds, 3);

    private void MakeSuspect()
    {
        _ = _suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: false);
        _ = _suspicion.ConnectionEnded(wasCut: true, 7, 1, wasTried: false);
    }
}
