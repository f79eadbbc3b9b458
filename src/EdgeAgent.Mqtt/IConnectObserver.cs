using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace EdgeAgent.Mqtt;

/// <summary>
/// Watches a connection come about, for a person who wants to see each step. The calls come one after another in the order below, and
/// connecting waits for them, so an implementation must return quickly and must not throw. Where both protocol versions are tried
/// (<see cref="MqttProtocolVersion.Auto"/>), they may come a second time. What fails is told by the outcome alone.
/// </summary>
public interface IConnectObserver
{
    /// <summary>It begins to connect.</summary>
    /// <param name="version">What CONNECT will ask for: 5.0 or 3.1.1.</param>
    void OnAttempt(MqttProtocolVersion version);

    /// <summary>The name was looked up; also called for an address, which is its own.</summary>
    /// <param name="addresses">All of them, in the order of the resolver.</param>
    void OnResolved(IReadOnlyList<IPAddress> addresses);

    /// <summary>TCP is there.</summary>
    /// <param name="address">The one of the addresses that answered first.</param>
    void OnConnected(EndPoint address);

    /// <summary>The broker showed its certificate. It has not been judged yet: the outcome tells what is wrong with it.</summary>
    /// <param name="chain">Its own first, then each that signed the one before, as far as they are known; valid during the call only.</param>
    void OnCertificates(IReadOnlyList<X509Certificate2> chain);

    /// <summary>TLS is there, and the broker verified.</summary>
    /// <param name="version">1.2 or 1.3.</param>
    /// <param name="cipher">The suite agreed on.</param>
    void OnSecured(SslProtocols version, TlsCipherSuite cipher);
}
