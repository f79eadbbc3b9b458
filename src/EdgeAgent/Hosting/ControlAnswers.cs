using System.Text.Json;

namespace EdgeAgent.Hosting;

/// <summary>
/// What the running agent answers to the questions on its control socket: a word in, one JSON object out. An answer that is none has
/// <c>error</c>, a sentence for the person who asked. Described in docs/status.md. Thread-safe.
/// </summary>
/// <param name="status">How it is.</param>
/// <param name="history">How it was.</param>
/// <param name="reload">Reads the configuration again; completes with what came of it.</param>
/// <param name="queue">What it says and does about its queue.</param>
internal sealed class ControlAnswers(
    Func<AgentStatus> status, Func<AgentHistory> history, Func<CancellationToken, Task<ConfigurationReport>> reload, QueueAnswers queue)
{
    /// <param name="question">A word, and for some questions a blank and JSON.</param>
    /// <param name="stop">The agent stops.</param>
    public async Task<byte[]> AnswerAsync(string question, CancellationToken stop)
    {
        var words = question.Split(' ', 2);
        return words[0] switch
        {
            "status" => JsonSerializer.SerializeToUtf8Bytes(status(), StatusJson.Default.AgentStatus),
            "history" => JsonSerializer.SerializeToUtf8Bytes(history(), StatusJson.Default.AgentHistory),
            "reload" => JsonSerializer.SerializeToUtf8Bytes(await reload(stop), StatusJson.Default.ConfigurationReport),
            var name => await queue.AnswerAsync(name, words.ElementAtOrDefault(1) ?? "", stop)
                ?? Error($"unknown question; known: status, history, reload, {QueueAnswers.Known}"),
        };
    }

    public static byte[] Error(string problem) => JsonSerializer.SerializeToUtf8Bytes(new ControlError(AgentStatus.PresentFormat, problem), StatusJson.Default.ControlError);
}

/// <param name="Format">As that of <see cref="AgentStatus"/>.</param>
/// <param name="Error">Why there is no answer, and what to do.</param>
internal sealed record ControlError(int Format, string Error);
