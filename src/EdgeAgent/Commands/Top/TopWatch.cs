using System.Text.Json;
using EdgeAgent.Hosting;

namespace EdgeAgent.Commands.Top;

/// <summary>Asks the running agent again and again. Not thread-safe.</summary>
internal sealed class TopWatch(RunningAgent agent, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The history has a new step as often as this.</summary>
    private static readonly TimeSpan HistoryEvery = TimeSpan.FromSeconds(5);

    private long _historyAsked;
    private long _heard;

    /// <summary>What is known so far.</summary>
    public TopState State { get; private set; } = new();

    /// <summary>Asks once. Gives an exit code where asking again will not help: this user may not ask.</summary>
    public async Task<int?> LookAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        var reply = await agent.AskAsync("status", cancellationToken, Patience);
        if (reply.Json is null)
        {
            State = State.Unheard(reply.Problem!, time.GetUtcNow());
            return reply.ExitCode == ExitCode.Permission ? reply.ExitCode : null;
        }

        var heard = time.GetTimestamp();
        AgentHistory? history = null;
        if (State.History is null || State.Silence is not null || time.GetElapsedTime(_historyAsked) >= HistoryEvery)
        {
            _historyAsked = time.GetTimestamp();
            var told = await agent.AskAsync("history", cancellationToken, Patience);
            history = told.Json is null ? null : JsonSerializer.Deserialize(told.Json, StatusJson.Default.AgentHistory);
        }

        State = State.Heard(JsonSerializer.Deserialize(reply.Json, StatusJson.Default.AgentStatus)!, history, time.GetElapsedTime(_heard, asked));
        _heard = heard;
        return null;
    }
}
