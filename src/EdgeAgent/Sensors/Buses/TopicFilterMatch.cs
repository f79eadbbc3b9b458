namespace EdgeAgent.Sensors.Buses;

/// <summary>Which part of a topic the wildcards of a filter stand for (MQTT 5.0, section 4.7). Pure.</summary>
internal static class TopicFilterMatch
{
    /// <summary>The levels that + and # stand for, joined by slashes, empty where there is no wildcard; null where the filter does not match.</summary>
    public static string? Wildcards(string filter, string topic)
    {
        var wanted = (filter.StartsWith("$share/", StringComparison.Ordinal) ? filter.Split('/', 3)[^1] : filter).Split('/');
        var levels = topic.Split('/');
        var matched = new List<string>();
        for (var i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] == "#")
            {
                // Topics that begin with $ are the broker's own.
                return i == 0 && topic.StartsWith('$') ? null : string.Join('/', matched.Concat(levels.Skip(i)));
            }

            if (i >= levels.Length || (wanted[i] != "+" && wanted[i] != levels[i]) || (i == 0 && wanted[i] == "+" && topic.StartsWith('$')))
            {
                return null;
            }

            if (wanted[i] == "+")
            {
                matched.Add(levels[i]);
            }
        }

        return wanted.Length == levels.Length ? string.Join('/', matched) : null;
    }
}
