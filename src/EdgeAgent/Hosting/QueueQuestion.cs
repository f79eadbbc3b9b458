namespace EdgeAgent.Hosting;

/// <summary>What a question about the queue may carry. What it does not need is left out.</summary>
/// <param name="From">The lowest number of a page.</param>
/// <param name="Count">How many at most.</param>
/// <param name="Id">A message.</param>
/// <param name="Before">Messages taken before this time.</param>
/// <param name="Topic">Messages whose topic this MQTT filter matches.</param>
/// <param name="Ids">Dead letters; left out: all.</param>
internal sealed record QueueQuestion(long From = 0, int Count = 100, string? Id = null, DateTimeOffset? Before = null, string? Topic = null, string[]? Ids = null);

/// <summary>What came of a change.</summary>
/// <param name="Format">As that of <see cref="AgentStatus"/>.</param>
/// <param name="Done">Messages purged, or dead letters retried or dropped.</param>
/// <param name="InFlight">Messages that fit and stayed, because the broker was being given them.</param>
/// <param name="Passed">Ids that are no dead letters, are retried already, or are on their way.</param>
internal sealed record QueueChange(int Format, long Done, long InFlight, string[] Passed);
