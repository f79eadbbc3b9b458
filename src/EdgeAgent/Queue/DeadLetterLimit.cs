namespace EdgeAgent.Queue;

/// <summary>Keeps the dead letters bounded in number and bytes: the oldest go, accounted. The store thread's alone.</summary>
internal sealed class DeadLetterLimit(QueueState state, StoreFile file, StoreInspection inspection)
{
    /// <summary>More are kept than may be, and some of them are not in the queue again.</summary>
    public bool IsOver => file.IsOpen && AreTooMany(file.Database.Dead.Count, file.Database.Dead.Bytes) && file.Database.Dead.Count > state.Lanes.Letters.Count;

    /// <summary>Decides to drop the oldest that are too many; the next commit does it.</summary>
    public void Discard()
    {
        var count = file.Database.Dead.Count;
        var bytes = file.Database.Dead.Bytes;
        var surplus = new List<DeadLetter>();
        for (long? from = 0; from is { } next && surplus.Count == 0;)
        {
            var page = inspection.Letters(next, FilePages.MostRows);
            from = page.Next;
            lock (state.Gate)
            {
                foreach (var letter in page.Letters.Where(letter => !state.Lanes.Letters.Contains(letter.Row.Sequence)))
                {
                    if (!AreTooMany(count, bytes))
                    {
                        break;
                    }

                    surplus.Add(letter);
                    (count, bytes) = (count - 1, bytes - letter.Row.Body.Packed.Length);
                }
            }
        }

        _ = inspection.Change(surplus, retries: false);
    }

    /// <summary>What was refused must not push out of a small queue what can be delivered.</summary>
    private bool AreTooMany(long count, long bytes) =>
        count > DeadRows.MostLetters || bytes > Math.Min(DeadRows.MostBytes, state.Limits.Present.MaxSize / 4);
}
