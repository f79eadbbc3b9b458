namespace EdgeAgent.Delivery;

/// <summary>
/// Finds the message that makes the broker cut the connection, without ever blaming one for a bad link. Two connections in a row that
/// end with the same message unanswered make it a suspect. It is then tried: on a connection that has answered the agent's own message,
/// first nothing is sent for a while of random length (a bad link would be cut here as well), then the suspect alone. Only if the
/// connection is cut right then, three trials in a row, is the message at fault. No clock, no I/O; thread-safe.
/// </summary>
internal sealed class Suspicion
{
    private const int EndsToSuspect = 2;
    private const int CutsToCondemn = 3;
    private const int VoidTrialsToForget = 3;
    private const int OthersToForget = 100;

    private static readonly TimeSpan ShortestControl = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestControl = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private long? _suspect;
    private long? _lastOldest;
    private int _carefulFor;
    private int _ends;
    private int _cuts;
    private int _voidTrials;
    private int _others;

    /// <summary>The number of the message that is to be tried alone; null while nothing is suspected.</summary>
    public long? Suspect
    {
        get
        {
            lock (_lock)
            {
                return _suspect;
            }
        }
    }

    /// <summary>
    /// One message at a time is to go: there is a suspect, or the broker has not yet answered as many messages as were in flight when
    /// there was one. An innocent one may have been suspected because the broker's answers to it were lost with the connection.
    /// </summary>
    public bool IsCareful
    {
        get
        {
            lock (_lock)
            {
                return _suspect is not null || _carefulFor > 0;
            }
        }
    }

    /// <summary>How long nothing is sent before the suspect is: several round trips, of random length so that no rhythm of the link fits it.</summary>
    /// <param name="roundTrip">The time that the agent's own message took on this connection.</param>
    /// <param name="random">From 0 up to 1.</param>
    public static TimeSpan ControlTime(TimeSpan roundTrip, double random)
    {
        var time = roundTrip * (4 + (8 * random));
        time = time < ShortestControl ? ShortestControl * (1 + random) : time;
        return time < LongestControl ? time : LongestControl;
    }

    /// <summary>
    /// The broker answered a message: the suspect is cleared by any answer to it. It may also be gone, purged or expired: then it does not come
    /// while others do.
    /// </summary>
    public void Answered(long sequence)
    {
        lock (_lock)
        {
            if (_suspect == sequence || (_suspect is not null && _carefulFor == 0 && ++_others >= OthersToForget))
            {
                Forget();
            }

            _carefulFor = Math.Max(0, _carefulFor - 1);
        }
    }

    /// <summary>A connection ended. True: the suspect is at fault, and is to be set aside.</summary>
    /// <param name="wasCut">The broker's side ended it, or it went silent on one message; false for a dead link or a stop.</param>
    /// <param name="oldest">The number of the oldest message without an answer, if any.</param>
    /// <param name="unanswered">How many messages were without an answer.</param>
    /// <param name="wasTried">The suspect had been sent alone, after the control time, and was unanswered.</param>
    public bool ConnectionEnded(bool wasCut, long? oldest, int unanswered, bool wasTried)
    {
        lock (_lock)
        {
            if (_suspect is null)
            {
                Watch(wasCut ? oldest : null, unanswered);
                return false;
            }

            if (wasCut && wasTried)
            {
                (_voidTrials, _others) = (0, 0);
                if (++_cuts < CutsToCondemn)
                {
                    return false;
                }

                Forget();
                return true;
            }

            // The link failed without the suspect's help: what was counted may have been the link's doing as well.
            _cuts = 0;
            if (++_voidTrials >= VoidTrialsToForget)
            {
                Forget();
            }

            return false;
        }
    }

    private void Watch(long? oldest, int unanswered)
    {
        _ends = oldest is not null && oldest == _lastOldest ? _ends + 1 : 1;
        _lastOldest = oldest;
        if (oldest is not null && _ends >= EndsToSuspect)
        {
            _suspect = oldest;
            _carefulFor = Math.Max(_carefulFor, unanswered);
        }
    }

    private void Forget()
    {
        _suspect = null;
        _lastOldest = null;
        _ends = 0;
        _cuts = 0;
        _voidTrials = 0;
        _others = 0;
    }
}
