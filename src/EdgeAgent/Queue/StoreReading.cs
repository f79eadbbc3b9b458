namespace EdgeAgent.Queue;

/// <summary>What the store reads for the drainer. The store thread's alone.</summary>
internal sealed class StoreReading(QueueState state, StoreFile file, RowLookup lookup)
{
    private const int LettersAtOnce = 64;

    /// <summary>Reads ahead, and reads again what is to be tried again.</summary>
    public void Read()
    {
        // High priority first: a drainer that waits takes the first rows that are there.
        for (var priority = state.Classes.Length - 1; priority >= 0; priority--)
        {
            var owner = state.Classes[priority];
            Chunk chunk;
            long end;

            // The live lane may have ended what the cursor has not passed yet: those rows are removed and still in the file.
            var removedTo = file.Database.Removals[(int)owner.Priority].RemovedTo;
            lock (state.Gate)
            {
                if (!state.Lanes.NeedsReading(owner) || !owner.Ahead.TryBeginFill(Math.Max(owner.Cursor, removedTo + 1), out chunk))
                {
                    continue;
                }

                end = state.Ring.First;
            }

            var succeeded = false;
            try
            {
                file.Database.Messages[(int)owner.Priority].Fill(chunk, end, lookup.Envelope, lookup.Era);
                succeeded = true;
            }
            finally
            {
                lock (state.Gate)
                {
                    if (succeeded)
                    {
                        state.Endings.LoseOrphans(owner, chunk);
                    }

                    foreach (var (from, to) in owner.Removals.Ranges)
                    {
                        chunk.End(from, to);
                    }

                    _ = owner.Ahead.EndFill(succeeded);
                }
            }
        }

        ReadRetries();
        ReadLetters();
    }

    private void ReadLetters()
    {
        long[] numbers;
        lock (state.Gate)
        {
            numbers = state.Lanes.Letters.WantsReading ? state.Lanes.Letters.BeginReading(LettersAtOnce) : [];
        }

        var letters = new List<Letter>();
        foreach (var number in numbers)
        {
            if (file.Database.Dead.Read(number, lookup.Envelope, lookup.Era) is { } letter)
            {
                letters.Add(letter);
            }
        }

        lock (state.Gate)
        {
            state.Lanes.Letters.EndReading(numbers, letters);
        }
    }

    private void ReadRetries()
    {
        List<Retry> retries;
        lock (state.Gate)
        {
            retries = state.Lanes.Retries.BeginReading();
        }

        var succeeded = false;
        try
        {
            foreach (var retry in retries)
            {
                file.Database.Messages[(int)retry.Owner.Priority].Read(retry, lookup.Envelope, lookup.Era);
            }

            succeeded = true;
        }
        finally
        {
            lock (state.Gate)
            {
                state.Lanes.Retries.EndReading(retries, succeeded);
                foreach (var orphan in retries.Where(retry => succeeded && retry is { Envelope: null, Era: not null }))
                {
                    state.Endings.LoseOrphan(orphan.Owner, orphan.Sequence, orphan.Era!, orphan.BootTime);
                }
            }
        }
    }
}
