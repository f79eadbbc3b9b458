using EdgeAgent.Sensors.Kernel;

namespace EdgeAgent.Tests.Sensors.Kernel;

public sealed class DescriptorTests
{
    [Fact]
    public void A_closed_descriptor_never_takes_the_bytes_of_whoever_has_its_number_next()
    {
        var closed = new Descriptor(Pipe().Read);
        closed.Dispose();
        var pipes = new List<Descriptor>();
        try
        {
            // The lowest free number is given out, so one of the next has it, other tests running beside this one or not.
            for (var i = 0; i < 64 && pipes.All(pipe => pipe.Number != closed.Number); i++)
            {
                var (read, write) = Pipe();
                pipes.Add(new Descriptor(read));
                pipes.Add(new Descriptor(write));
                Assert.Equal(1, WriteOne(write));
            }

            Assert.Equal(-Errno.BadDescriptor, closed.TryRead(new byte[1]));
        }
        finally
        {
            pipes.ForEach(pipe => pipe.Dispose());
        }
    }

    [Fact]
    public async Task A_closed_descriptor_can_be_neither_written_nor_waited_for()
    {
        var (read, write) = Pipe();
        using var reader = new Descriptor(read);
        var closed = new Descriptor(write);
        closed.Dispose();
        Assert.Equal(-Errno.BadDescriptor, await closed.WriteAsync(new byte[1], default));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => closed.WaitAsync(Libc.PollOut, default));
    }

    private static unsafe int WriteOne(int descriptor)
    {
        byte one = 1;
        return (int)Libc.Write(descriptor, &one, 1);
    }

    private static unsafe (int Read, int Write) Pipe()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, Libc.Pipe(ends, Libc.CloseOnExec | Libc.NonBlocking));
        return (ends[0], ends[1]);
    }
}
