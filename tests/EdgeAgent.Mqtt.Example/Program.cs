using System.Text;
using EdgeAgent.Mqtt;

var client = new MqttClient(new MqttClientOptions { Host = "localhost", Port = args.Length > 0 ? int.Parse(args[0], null) : 1883, ClientId = "example" });
var outcome = await client.ConnectAsync(new Printer());
Console.WriteLine(outcome.Failure?.Message ?? "connected"); // a failure says which step failed, and what to do
if (outcome.Connection is { } connection)
{
    await connection.SubscribeAsync([new MqttSubscription("example/#") { MaximumQos = MqttQos.AtMostOnce }]);
    connection.TryPublish(new MqttPublish { Topic = "example/t"u8, Payload = "21.5"u8, Qos = MqttQos.AtLeastOnce }, token: 1);
    Console.ReadLine();
    await connection.DisconnectAsync();
}

internal sealed class Printer : IMqttConnectionHandler
{
    public void OnAcknowledged(ReadOnlySpan<PublishAcknowledgement> answers) => Console.WriteLine($"publish {answers[0].Token}: {answers[0].ReasonCode}");
    public void OnMessage(in ReceivedPublish message) => Console.WriteLine($"{Encoding.UTF8.GetString(message.Topic)}: {Encoding.UTF8.GetString(message.Payload)}");
    public void OnClosed(MqttClosed reason) => Console.WriteLine(reason.Message);
}
