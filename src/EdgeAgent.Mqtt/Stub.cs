namespace EdgeAgent.Mqtt;
#pragma warning disable
public enum PubackReasonCode : byte { Success = 0 }
public sealed record MqttClosed;
public ref struct ReceivedPublish;
public sealed class MqttConnection { public void Acknowledge(ushort packetId) { } public int TryPublish() => 0; }
