using System.Text;
using System.Text.Encodings.Web;

namespace EdgeAgent.Readings;

/// <summary>The parts of an envelope's JSON payload that are the same in every message, as UTF-8. Immutable.</summary>
internal sealed class JsonKeys(Envelope envelope)
{
    /// <summary>The bytes <c>{"ts":</c>.</summary>
    public byte[] Time { get; } = Bytes($"{{{Quoted(envelope.JsonNames.Time)}:");

    /// <summary>The bytes <c>,"name":</c> of each field.</summary>
    public byte[][] Fields { get; } = [.. FieldNames.ForJson(envelope.Fields, envelope.JsonNames).Select(name => Bytes($",{Quoted(name)}:"))];

    /// <summary>The bytes <c>,"unit":"..."</c> of a lone value, or none; among several, the names say it.</summary>
    public byte[] Unit { get; } = envelope.Fields is [{ Unit: { } unit }] ? Bytes($",{Quoted(envelope.JsonNames.Unit)}:{Quoted(unit)}") : [];

    /// <summary>The bytes <c>,"id":"</c>.</summary>
    public byte[] Id { get; } = Bytes($",{Quoted(envelope.JsonNames.Id)}:\"");

    /// <summary>The bytes <c>,"historical":true</c>.</summary>
    public byte[] Historical { get; } = Bytes($",{Quoted(envelope.JsonNames.Historical)}:true");

    /// <summary>The bytes <c>,"clock":"unsynced"</c>.</summary>
    public byte[] Unsynchronized { get; } = Bytes($",{Quoted(envelope.JsonNames.Clock)}:\"unsynced\"");

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Quoted(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";
}
