namespace EdgeAgent.Mqtt.Packets;

/// <summary>
/// The topic aliases that the broker has defined on this connection (section 3.3.2.3.4). They die with it. Takes at most the
/// maximum number of aliases times the longest topic in memory.
/// </summary>
/// <param name="maximum">The Topic Alias Maximum that CONNECT announced; zero for none.</param>
internal sealed class TopicAliases(int maximum)
{
    private readonly Dictionary<int, byte[]> _topics = [];

    /// <summary>Remembers the topic of a packet that has both, and fills in the topic of one that has only the alias.</summary>
    public PacketError? Resolve(ref ReadOnlySpan<byte> topic, int? alias)
    {
        if (alias is not { } number)
        {
            return topic.IsEmpty ? PacketError.Protocol("a PUBLISH with neither a topic nor an alias") : null;
        }

        if (number == 0 || number > maximum)
        {
            return Invalid($"the topic alias {number}, where 1 to {maximum} are allowed"); // [MQTT-3.3.2-8], [MQTT-3.3.2-9]
        }

        if (!topic.IsEmpty)
        {
            if (!_topics.TryGetValue(number, out var known) || !topic.SequenceEqual(known))
            {
                _topics[number] = topic.ToArray();
            }

            return null;
        }

        if (!_topics.TryGetValue(number, out var defined))
        {
            return Invalid($"the topic alias {number} before its topic");
        }

        topic = defined;
        return null;
    }

    private static PacketError Invalid(string message) => new(DisconnectReasonCode.TopicAliasInvalid, message);
}
