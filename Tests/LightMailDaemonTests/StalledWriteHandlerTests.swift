import NIOCore
import NIOEmbedded
import Testing

@testable import LightMailDaemon

/// Who takes nothing of what is written to it is let go; who takes some, or is owed nothing, stays.
struct StalledWriteHandlerTests {
    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: StalledWriteHandler(patience: .seconds(60)))
        try channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        return channel
    }

    @Test func whoTakesNothingIsLetGo() throws {
        let channel = try channel()
        channel.write(ByteBuffer(string: "answer"), promise: nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(59))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func whoTakesSomeStays() throws {
        let channel = try channel()
        channel.write(ByteBuffer(string: "a"), promise: nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(30))
        channel.flush()
        channel.write(ByteBuffer(string: "b"), promise: nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(30))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(!channel.isActive)
    }

    @Test func whoIsOwedNothingStays() throws {
        let channel = try channel()
        channel.writeAndFlush(ByteBuffer(string: "a"), promise: nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(600))
        #expect(channel.isActive)
        channel.write(ByteBuffer(string: "b"), promise: nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(!channel.isActive)
    }
}
