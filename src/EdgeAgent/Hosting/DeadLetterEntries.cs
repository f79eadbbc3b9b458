using EdgeAgent.Delivery;
using EdgeAgent.Queue;

namespace EdgeAgent.Hosting;

/// <summary>A dead letter, as people read it.</summary>
/// <param name="Message">What was refused.</param>
/// <param name="Reason">The reason code of MQTT, such as 0x99.</param>
/// <param name="Text">The broker's words.</param>
/// <param name="RefusedAt">When it was refused last.</param>
/// <param name="Attempts">How often.</param>
/// <param name="Retried">Whether it is in the queue again.</param>
internal sealed record DeadLetterEntry(QueueEntry Message, string Reason, string? Text, DateTimeOffset? RefusedAt, int Attempts, bool Retried);

/// <summary>A page of the dead letters.</summary>
/// <param name="Format">As that of <see cref="AgentStatus"/>.</param>
/// <param name="Letters">By number.</param>
/// <param name="Next">Where the next page begins; left out: there is none.</param>
internal sealed record DeadLetterEntries(int Format, DeadLetterEntry[] Letters, long? Next)
{
    public static DeadLetterEntries Of(DeadLetterPage page)
    {
        var encoder = new MessageEncoder();
        return new(AgentStatus.PresentFormat, [.. page.Letters.Select(letter => Entry(letter, encoder))], page.Next);
    }

    private static DeadLetterEntry Entry(DeadLetter letter, MessageEncoder encoder) => new(
        QueueEntry.Of(letter.Row, encoder),
        $"0x{letter.ReasonCode:X2}",
        letter.Text,
        letter.RefusedAt == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(letter.RefusedAt),
        letter.Attempts,
        letter.IsRetried);
}
