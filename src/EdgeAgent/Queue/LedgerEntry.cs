using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace EdgeAgent.Queue;

/// <summary>One entry of the ledger: what was lost of a topic in an era, and why.</summary>
internal sealed class LedgerEntry(long id, ulong run, LossReason reason, string topic, ulong era)
{
    /// <summary>The keys of the payload beside that of the id.</summary>
    public static ImmutableArray<string> Keys { get; } = ["reason", "topic", "count", "first", "last", "from", "to", "note"];

    /// <summary>Its own number, ascending within the file for ever.</summary>
    public long Id { get; } = id;

    /// <summary>The era in which the entry was made; with the number, its id.</summary>
    public ulong Run { get; } = run;

    public LossReason Reason { get; } = reason;

    /// <summary>The topic of the messages; "*" for many.</summary>
    public string Topic { get; } = topic;

    /// <summary>The era of the messages; 0 for many.</summary>
    public ulong Era { get; } = era;

    public required SequenceRange Numbers { get; set; }

    /// <summary>Wall time of the first, Unix milliseconds; null where it is not known.</summary>
    public long? WallFrom { get; set; }

    public long? WallTo { get; set; }

    public long Count { get; set; }

    public string? Note { get; set; }

    public bool IsInFlight { get; set; }

    /// <summary>Not offered before, milliseconds of the queue's clock.</summary>
    public long LeftUntil { get; set; }

    /// <summary>As <see cref="LeftUntil"/>, but on later connections too.</summary>
    public long RefusedUntil { get; set; }

    public long ChangedAt { get; set; } = long.MinValue / 2;

    /// <summary>
    /// What a stop without a close may have cost: how many messages nobody knows, but none with a number up to the last durable one, and
    /// none older than the loss window.
    /// </summary>
    /// <param name="id">Its number.</param>
    /// <param name="run">The era that found out.</param>
    /// <param name="era">The era that was not closed.</param>
    /// <param name="lastDurable">The last number of it that is in the file.</param>
    /// <param name="lossWindow">The loss window that it had, milliseconds.</param>
    public static LedgerEntry CrashWindow(long id, ulong run, ulong era, long lastDurable, long lossWindow) => new(id, run, LossReason.CrashWindow, "*", era)
    {
        Numbers = new(lastDurable, lastDurable),
        Note = string.Create(CultureInfo.InvariantCulture,
            $"The agent stopped without closing the queue. The last durable number of this era is {lastDurable}; at most {lossWindow / 1000.0} s of readings after it may be lost."),
    };

    public LedgerEntry Copy() => new(Id, Run, Reason, Topic, Era) { Numbers = Numbers, WallFrom = WallFrom, WallTo = WallTo, Count = Count, Note = Note };

    /// <summary>The reason as users read it: <c>crash_window</c>.</summary>
    public static string NameOf(LossReason reason) => reason switch
    {
        LossReason.Expired => "expired",
        LossReason.Thinned => "thinned",
        LossReason.Evicted => "evicted",
        LossReason.Superseded => "superseded",
        LossReason.Dropped => "dropped",
        LossReason.Overrun => "overrun",
        LossReason.Refused => "refused",
        LossReason.Purged => "purged",
        LossReason.Unreadable => "unreadable",
        LossReason.CrashWindow => "crash_window",
        LossReason.Retried => "retried",
        _ => "discarded",
    };

    /// <summary>The payload that the broker gets.</summary>
    /// <param name="idKey">What the entry's own id is called; none of <see cref="Keys"/>.</param>
    public byte[] ToJson(string idKey)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("reason"u8, NameOf(Reason));
            json.WriteString("topic"u8, Topic);
            json.WriteNumber("count"u8, Count);
            if (Era != 0)
            {
                json.WriteString("first"u8, new MessageId(Era, Numbers.From).ToString());
                json.WriteString("last"u8, new MessageId(Era, Numbers.To).ToString());
            }

            WriteTime(json, "from"u8, WallFrom);
            WriteTime(json, "to"u8, WallTo);
            if (Note is not null)
            {
                json.WriteString("note"u8, Note);
            }

            json.WriteString(idKey, new MessageId(Run, -Id).ToString());
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> key, long? milliseconds)
    {
        if (milliseconds is >= -62_135_596_800_000 and <= 253_402_300_799_999)
        {
            json.WriteString(key, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds.Value)
                .ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        }
    }
}
