using System.Text;

namespace EdgeAgent.Mqtt;

/// <summary>Checks the options of a client, once and before anything is opened.</summary>
internal static class OptionsCheck
{
    private const int LongestText = ushort.MaxValue;

    /// <exception cref="ArgumentException">With everything that is wrong.</exception>
    public static void ThrowIfInvalid(MqttClientOptions options)
    {
        var problems = Problems(options).ToList();
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", problems), nameof(options));
        }
    }

    /// <summary>Whether options that are valid for one version may also be sent in the CONNECT of this one.</summary>
    public static bool Allows(MqttClientOptions options, MqttProtocolVersion version) => version != MqttProtocolVersion.V311 || !ProblemsOf311(options).Any();

    private static IEnumerable<string> Problems(MqttClientOptions options)
    {
        if (options.Host.Length is 0 or > 255)
        {
            yield return "Host must be 1 to 255 characters.";
        }

        if (options.Port is < 1 or > 65_535)
        {
            yield return "Port must be 1 to 65535.";
        }

        if (!Enum.IsDefined(options.Protocol))
        {
            yield return "Protocol must be Auto, V5 or V311.";
        }

        if (options.KeepAlive < TimeSpan.Zero || options.KeepAlive.TotalSeconds > ushort.MaxValue)
        {
            yield return "KeepAlive must be 0 to 65535 seconds.";
        }

        if (options.KeepAlive > TimeSpan.Zero && options.KeepAlive < TimeSpan.FromSeconds(1))
        {
            yield return "KeepAlive must be zero or at least 1 second.";
        }

        if (options.SessionExpiry < TimeSpan.Zero)
        {
            yield return "SessionExpiry must not be negative.";
        }

        if (options.ReceiveMaximum is < 1 or > ushort.MaxValue)
        {
            yield return "ReceiveMaximum must be 1 to 65535.";
        }

        if (options.MaximumPacketSize is < 128 or > 268_435_460)
        {
            yield return "MaximumPacketSize must be 128 to 268435460.";
        }

        if (options.TopicAliasMaximum is < 0 or > ushort.MaxValue)
        {
            yield return "TopicAliasMaximum must be 0 to 65535.";
        }

        if (options.OutputBufferSize < 1024)
        {
            yield return "OutputBufferSize must be at least 1024.";
        }

        if (options.ConnectTimeout <= TimeSpan.Zero)
        {
            yield return "ConnectTimeout must be positive.";
        }

        if (!IsText(options.ClientId) || !IsText(options.Username) || options.Password is { Length: > LongestText } || !AreTexts(options.UserProperties))
        {
            yield return "ClientId, Username, Password and UserProperties must each have at most 65535 bytes, and the texts no null characters.";
        }

        if (options.Protocol == MqttProtocolVersion.V311)
        {
            foreach (var problem in ProblemsOf311(options))
            {
                yield return problem;
            }
        }

        if (options.Tls is { KeyFile: not null, CertificateFile: null })
        {
            yield return "Tls.KeyFile needs Tls.CertificateFile.";
        }

        if (options.Tls?.ApplicationProtocols.Any(protocol => Encoding.UTF8.GetByteCount(protocol) is < 1 or > 255) == true)
        {
            yield return "Tls.ApplicationProtocols must each have 1 to 255 bytes.";
        }

        if (options.Will is { } will && (Problem(will) is { } inWill))
        {
            yield return inWill;
        }
    }

    private static string? Problem(MqttWill will) =>
        !IsText(will.Topic) || will.Topic.Length == 0 || will.Topic.AsSpan().ContainsAny('+', '#') ? "The will's topic must be 1 to 65535 bytes without wildcards and null characters."
        : !IsText(will.ContentType) || !AreTexts(will.UserProperties) || will.Payload.Length > LongestText ? "The will's payload and texts must each have at most 65535 bytes, and the texts no null characters."
        : will.Delay < TimeSpan.Zero || will.MessageExpiry < TimeSpan.Zero ? "The will's delay and expiry must not be negative."
        : !Enum.IsDefined(will.Qos) ? "The will's QoS must be 0 or 1."
        : null;

    private static bool AreTexts(IReadOnlyList<MqttUserProperty> properties) => properties.All(property => IsText(property.Name) && IsText(property.Value));

    private static bool IsText(string? text) => text is null || (TopicFilter.IsText(text) && Encoding.UTF8.GetByteCount(text) <= LongestText);

    private static IEnumerable<string> ProblemsOf311(MqttClientOptions options)
    {
        if (options is { Password: not null, Username: null })
        {
            yield return "MQTT 3.1.1 has no password without a user name."; // [MQTT-3.1.2-22]
        }

        if (options is { ClientId: "", KeepsSession: true })
        {
            yield return "MQTT 3.1.1 needs a client id to keep a session."; // [MQTT-3.1.3-7]
        }
    }
}
