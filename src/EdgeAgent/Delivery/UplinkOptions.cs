using System.Text;
using EdgeAgent.Configuration;
using EdgeAgent.Mqtt;

namespace EdgeAgent.Delivery;

/// <summary>The MQTT options of the uplink to one broker. Pure.</summary>
internal static class UplinkOptions
{
    /// <summary>
    /// Clean Start always: after a lost link the unacknowledged messages are offered again as new publishes with the same ids, so
    /// that nothing depends on packet ids surviving a crash.
    /// </summary>
    public static MqttClientOptions For(BrokerAddress address, BrokerConfig broker, Presence presence) => For(address, broker) with { Will = presence.Will };

    /// <summary>The same without a will: for whoever connects as the agent does, and is not the agent.</summary>
    public static MqttClientOptions For(BrokerAddress address, BrokerConfig broker) => new()
    {
        Host = address.Host,
        Port = address.Port,
        ClientId = broker.ClientId,
        Username = broker.Username,
        Password = broker.Password is { } password ? Encoding.UTF8.GetBytes(password.Reveal()) : (ReadOnlyMemory<byte>?)null,
        KeepAlive = broker.KeepAlive,
        Tls = address.Tls
            ? new MqttTlsOptions
            {
                CaFile = broker.Tls.CaFile,
                CertificateFile = broker.Tls.CertFile,
                KeyFile = broker.Tls.KeyFile,
                ServerName = broker.Tls.ServerName,
                ApplicationProtocols = broker.Tls.Alpn is { } protocol ? [protocol] : [],
            }
            : null,
        CleanStart = true,
        Protocol = broker.Protocol switch
        {
            ProtocolChoice.V5 => MqttProtocolVersion.V5,
            ProtocolChoice.V311 => MqttProtocolVersion.V311,
            _ => MqttProtocolVersion.Auto,
        },
    };
}
