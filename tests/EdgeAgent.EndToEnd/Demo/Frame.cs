using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Demo;

/// <summary>What is to be seen at one moment of the demo.</summary>
/// <param name="Act">What happens just now, for people.</param>
/// <param name="Elapsed">Since the agent was started.</param>
/// <param name="BrokerRuns">Whether the broker does; the agent may not have noticed yet.</param>
/// <param name="Status">What the agent says of itself; null where it did not answer.</param>
/// <param name="Delivered">How many different messages the independent subscriber has.</param>
/// <param name="Depths">The depth of the queue at every frame so far.</param>
internal sealed record Frame(string Act, TimeSpan Elapsed, bool BrokerRuns, AgentStatus? Status, int Delivered, IReadOnlyList<long> Depths);
