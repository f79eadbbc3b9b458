namespace EdgeAgent.Queue;

/// <summary>
/// What people want to know of the file, or to have done in it. The store's thread answers, one question at a time and between its
/// own work, so that there is never a second user of the file. Thread-safe.
/// </summary>
internal sealed class StoreQuestions(Alarm alarm)
{
    private readonly Queue<Question> _waiting = [];
    private readonly Lock _gate = new();
    private bool _isClosed;

    /// <summary>Has the store's thread answer; a file that fails, or a queue that closes, is the answer's problem.</summary>
    /// <param name="answer">Runs on the store's thread with the file open; its cost must be bounded.</param>
    public Task<QueueAnswer<T>> AskAsync<T>(Func<T?> answer)
        where T : class
    {
        var completion = new TaskCompletionSource<QueueAnswer<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var question = new Question(() => completion.SetResult(new(answer(), null)), problem => completion.TrySetResult(new(null, problem)));
        lock (_gate)
        {
            if (_isClosed)
            {
                question.Refuse("The queue is closing.");
            }
            else
            {
                _waiting.Enqueue(question);
                alarm.Wake();
            }
        }

        return completion.Task;
    }

    /// <summary>The next question, where there is one.</summary>
    public bool TryTake(out Question question)
    {
        lock (_gate)
        {
            return _waiting.TryDequeue(out question!);
        }
    }

    /// <summary>Nobody answers any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (_waiting.TryDequeue(out var question))
            {
                question.Refuse("The queue is closing.");
            }
        }
    }
}

/// <summary>One question: answered, or refused with a problem.</summary>
internal sealed record Question(Action Answer, Action<string> Refuse);
