namespace EdgeAgent.Queue;

/// <summary>
/// What a person may see and do in a running queue. Thread-safe. Each call is answered by the store's thread, between its own work
/// and in bounded pages or slices; no lock is held while a page is read or printed, so pages show the queue at their own moments.
/// </summary>
internal sealed class QueueOperations(Store store, Func<QueueSnapshot> snapshot)
{
    /// <summary>The figures, with those of the file. Costs the same whatever the depth.</summary>
    public Task<QueueAnswer<QueueInfo>> InfoAsync() => Ask(() =>
    {
        var figures = snapshot();
        return store.Inspection.Info() with { Depth = figures.Depth, IsDepthExact = figures.IsDepthExact, Snapshot = figures };
    });

    /// <summary>A page of the messages that have not ended, on disk and in memory, in the order of acceptance.</summary>
    /// <param name="from">The lowest number; 0 for the oldest, then the last page's <see cref="QueuePage.Next"/>.</param>
    /// <param name="count">At most so many; 1 to <see cref="FilePages.MostRows"/>, anything else is brought into that range.</param>
    public Task<QueueAnswer<QueuePage>> ListAsync(long from, int count) => Ask(() => store.Inspection.List(from, count));

    /// <summary>The message, or the dead letter, with that id; without a value and a problem where there is none.</summary>
    public Task<QueueAnswer<QueueRow>> GetAsync(MessageId id) => Ask(() => store.Inspection.Get(id));

    /// <summary>
    /// Ends every message accepted so far that fits the filter, each accounted in the ledger as <c>purged</c>. Looks at the whole queue,
    /// in slices; what is in flight stays and is counted.
    /// </summary>
    /// <param name="filter">Which messages.</param>
    /// <param name="cancellationToken">Ends it between two slices; what was purged stays purged.</param>
    public async Task<QueueAnswer<PurgeResult>> PurgeAsync(PurgeFilter filter, CancellationToken cancellationToken)
    {
        var end = store.Inspection.End();
        var total = new PurgeResult(0, 0);
        for (long? from = 0; from is { } next;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var slice = await Change(() => new Box<(PurgeResult Result, long? Next)>(store.Inspection.Purge(filter, next, end)), cancellationToken);
            if (slice.Value is not { } done)
            {
                return new(null, $"{slice.Problem} {total.Purged} messages were purged before.");
            }

            total = new(total.Purged + done.Value.Result.Purged, total.InFlight + done.Value.Result.InFlight);
            from = done.Value.Next;
        }

        return new(total, null);
    }

    /// <summary>A page of the dead letters, by number.</summary>
    /// <param name="from">The lowest number; 0 for the first, then the last page's <see cref="DeadLetterPage.Next"/>.</param>
    /// <param name="count">At most so many; 1 to <see cref="FilePages.MostRows"/>, anything else is brought into that range.</param>
    public Task<QueueAnswer<DeadLetterPage>> ListDeadLettersAsync(long from, int count) => Ask(() => store.Inspection.Letters(from, count));

    /// <summary>
    /// Puts dead letters back into the queue under their old ids, behind everything that waits. The ledger, which has called them
    /// refused, says <c>retried</c>; the broker's next answer decides, and a second refusal is told again and counted.
    /// </summary>
    /// <param name="ids">Which; null: all.</param>
    public Task<QueueAnswer<DeadLetterChange>> RetryDeadLettersAsync(IReadOnlyCollection<MessageId>? ids) => ChangeAsync(ids, retries: true);

    /// <summary>Gives dead letters up. The ledger, which has called them refused, says <c>discarded</c>.</summary>
    /// <param name="ids">Which; null: all.</param>
    public Task<QueueAnswer<DeadLetterChange>> DropDeadLettersAsync(IReadOnlyCollection<MessageId>? ids) => ChangeAsync(ids, retries: false);

    /// <summary>A page of letters is one commit; the ids that were named are one too.</summary>
    private async Task<QueueAnswer<DeadLetterChange>> ChangeAsync(IReadOnlyCollection<MessageId>? ids, bool retries)
    {
        if (ids is not null)
        {
            return await Change(() =>
            {
                var found = ids.Distinct().Select(id => (Id: id, Letter: store.Inspection.Letter(id))).ToLookup(static named => named.Letter is not null);
                var change = store.Inspection.Change([.. found[true].Select(static named => named.Letter!)], retries);
                return change with { Passed = [.. change.Passed, .. found[false].Select(static named => named.Id)] };
            });
        }

        var total = new DeadLetterChange(0, []);
        for (long? from = 0; from is { } next;)
        {
            var slice = await Change(() =>
            {
                var page = store.Inspection.Letters(next, FilePages.MostRows);
                return new Box<(DeadLetterChange Change, long? Next)>((store.Inspection.Change(page.Letters, retries), page.Next));
            });
            if (slice.Value is not { } done)
            {
                return new(null, slice.Problem);
            }

            total = new(total.Done + done.Value.Change.Done, [.. total.Passed, .. done.Value.Change.Passed]);
            from = done.Value.Next;
        }

        return new(total, null);
    }

    private Task<QueueAnswer<T>> Ask<T>(Func<T?> answer)
        where T : class => store.Questions.AskAsync(answer);

    /// <summary>
    /// On the store's thread: decides. What cannot be decided, because the file cannot be read, is not done; what is decided is told when it is
    /// durable, and not before.
    /// </summary>
    private async Task<QueueAnswer<T>> Change<T>(Func<T> decide, CancellationToken cancellationToken = default)
        where T : class
    {
        Task<bool>? durable = null;
        var answer = await Ask(() =>
        {
            var decided = decide();
            durable = store.WhenDecidedIsDurable();
            return decided;
        });
        return durable is null || await durable.WaitAsync(cancellationToken)
            ? answer
            : new(null, $"The agent ended before the queue's file took it; perhaps nothing of it was done. {store.Problem}");
    }

    /// <summary>A value as the answer to a question.</summary>
    private sealed record Box<T>(T Value);
}
