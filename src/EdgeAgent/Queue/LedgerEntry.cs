using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace EdgeAgent.Queue;

/// <summary>One entry of the ledger: what was lost of a topic in an era, and why.</summary>
internal sealed class LedgerEntry(long id, ulong run, LossReason reason, string topic, ulong era)
{
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

    public long ChangedAt { get; set; } = long.MinValue / 2;

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
    public byte[] ToJson()
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

            json.WriteString("id"u8, new MessageId(Run, -Id).ToString());
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
