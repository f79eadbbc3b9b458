using EdgeAgent.Hosting;

namespace EdgeAgent.Commands.Top;

/// <summary>What is known of the watched agent. Immutable; changes only by what the agent answers, or does not.</summary>
internal sealed record TopState
{
    /// <summary>A restart is told for so long.</summary>
    private const double RestartNewsS = 60;

    /// <summary>The agent tells its time in steps.</summary>
    private const double UptimeStepS = 0.1;

    /// <summary>The latest that it said; null: it never answered.</summary>
    public AgentStatus? Status { get; private init; }

    /// <summary>As of some seconds ago; null: not asked yet.</summary>
    public AgentHistory? History { get; private init; }

    /// <summary>Why it does not answer; null while it does.</summary>
    public string? Silence { get; private init; }

    /// <summary>Since when it does not answer.</summary>
    public DateTimeOffset SilentSince { get; private init; }

    /// <summary>Whether it was started anew while it was watched, lately.</summary>
    public bool IsRestarted { get; private init; }

    /// <summary>It answered.</summary>
    /// <param name="status">How it is.</param>
    /// <param name="history">How it was; null: it was not asked, what is known stays.</param>
    /// <param name="sinceHeard">Between its last answer and this question: it is another one when it has not been up for so long.</param>
    public TopState Heard(AgentStatus status, AgentHistory? history, TimeSpan sinceHeard = default)
    {
        var isAnother = Status is { } before && (status.UptimeS < before.UptimeS || status.UptimeS + UptimeStepS < sinceHeard.TotalSeconds);
        return this with
        {
            Status = status,
            History = history ?? (isAnother ? null : History),
            Silence = null,
            IsRestarted = isAnother || (IsRestarted && status.UptimeS < RestartNewsS),
        };
    }

    /// <summary>It did not answer.</summary>
    /// <param name="reason">Why, for people.</param>
    /// <param name="now">The time.</param>
    public TopState Unheard(string reason, DateTimeOffset now) =>
        this with { Silence = reason, SilentSince = Silence is null ? now : SilentSince };
}
