using System.Text;

namespace EdgeAgent.Readings;

/// <summary>What of an envelope can be encoded once instead of for every message. Immutable.</summary>
internal sealed class EncodedEnvelope(Envelope envelope)
{
    public Envelope Envelope { get; } = envelope;

    public byte[] Topic { get; } = Encoding.UTF8.GetBytes(envelope.Topic);

    public byte[] HistoryTopic { get; } = Encoding.UTF8.GetBytes(envelope.HistoryTopic ?? envelope.Topic);

    public JsonKeys Json { get; } = new(envelope);

    /// <summary>Measurement and tags of a line of InfluxDB's protocol.</summary>
    public byte[] InfluxSeries { get; } = InfluxPayload.Series(envelope.Sensor, envelope.Gateway);

    public byte[][] InfluxKeys { get; } = [.. FieldNames.ForInflux(envelope.Fields).Select(InfluxPayload.Key)];

    public byte[] SenMlBaseName { get; } = SenMlPayload.BaseName(envelope.Gateway, envelope.Sensor);

    public byte[][] SenMlRecords { get; } = [.. envelope.Fields.Select(SenMlPayload.Record)];

    /// <summary>MIME type for MQTT 5; empty where unknown.</summary>
    public byte[] ContentType { get; } = Encoding.UTF8.GetBytes(envelope.Format switch
    {
        PayloadFormat.Json => "application/json",
        PayloadFormat.SenMl => "application/senml+json",
        PayloadFormat.Influx => "text/plain",
        _ => envelope.ContentType ?? string.Empty,
    });
}
