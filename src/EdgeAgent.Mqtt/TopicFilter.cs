using System.Text;

namespace EdgeAgent.Mqtt;

/// <summary>The rules for topic filters (section 4.7).</summary>
internal static class TopicFilter
{
    private const string SharePrefix = "$share/";

    /// <summary>What is wrong with a request to subscribe, or null.</summary>
    public static string? Check(IReadOnlyList<MqttSubscription> subscriptions, ConnackProperties broker)
    {
        if (subscriptions.Count == 0)
        {
            return "A subscribe needs at least one topic filter.";
        }

        foreach (var subscription in subscriptions)
        {
            if ((Check(subscription.Filter) ?? Check(subscription, broker)) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    /// <summary>What is wrong with a request to unsubscribe, or null.</summary>
    public static string? Check(IReadOnlyList<string> filters) =>
        filters.Count == 0 ? "An unsubscribe needs at least one topic filter." : filters.Select(Check).FirstOrDefault(problem => problem is not null);

    /// <summary>What is wrong with one filter, or null.</summary>
    public static string? Check(string filter)
    {
        if (filter.Length == 0 || Encoding.UTF8.GetByteCount(filter) > ushort.MaxValue || !IsText(filter))
        {
            return "A topic filter has 1 to 65535 bytes of UTF-8 without null characters.";
        }

        var isShared = filter.StartsWith(SharePrefix, StringComparison.Ordinal);
        var levels = filter.Split('/');
        if (isShared && (levels.Length < 3 || levels[1].Length == 0 || levels[1].AsSpan().ContainsAny('+', '#') || (levels.Length == 3 && levels[2].Length == 0)))
        {
            return $"The shared filter '{filter}' must read $share/group/filter, and the group has no wildcards."; // [MQTT-4.8.2-1], [MQTT-4.8.2-2]
        }

        for (var i = 0; i < levels.Length; i++)
        {
            if (levels[i].Length > 1 && levels[i].AsSpan().ContainsAny('+', '#'))
            {
                return $"In the filter '{filter}' a wildcard must be alone on its level."; // [MQTT-4.7.1-1], [MQTT-4.7.1-2]
            }

            if (levels[i] == "#" && i < levels.Length - 1)
            {
                return $"In the filter '{filter}' the # must come last."; // [MQTT-4.7.1-1]
            }
        }

        return null;
    }

    /// <summary>No surrogate without its other half, and no null character: it can be written as UTF-8.</summary>
    public static bool IsText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || (char.IsSurrogate(text[i]) && !char.IsSurrogatePair(text, i++)))
            {
                return false;
            }
        }

        return true;
    }

    private static string? Check(MqttSubscription subscription, ConnackProperties broker)
    {
        var isShared = subscription.Filter.StartsWith(SharePrefix, StringComparison.Ordinal);
        if (isShared && subscription.NoLocal)
        {
            return $"The shared filter '{subscription.Filter}' cannot have NoLocal."; // [MQTT-3.8.3-4]
        }

        if (isShared && !broker.SharedSubscriptionAvailable)
        {
            return $"The broker has no shared subscriptions, so '{subscription.Filter}' was not sent.";
        }

        return !broker.WildcardSubscriptionAvailable && subscription.Filter.AsSpan().ContainsAny('+', '#')
            ? $"The broker has no wildcard subscriptions, so '{subscription.Filter}' was not sent."
            : null;
    }
}
