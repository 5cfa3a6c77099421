import CLibSSH
import NIOCore

/// A channel of an SSH session. What comes in is noted while libssh reads, and told to the owner afterwards.
///
/// Where its owner doesn't read, the bytes stay in libssh, which gives the peer no more window than 1.3 MB for them.
final class SSHChannel {
    /// A peer that keeps to the window never has so many bytes waiting here.
    static let heldLimit = 2 << 20

    let handle: ssh_channel
    private weak var wire: SSHWire?
    private var callbacks: ssh_channel_callbacks?
    weak var owner: (any SSHChannelOwner)?

    /// Whether the owner takes what comes in; false leaves it in libssh.
    private(set) var isReading = true
    /// What was read and not yet told.
    private var received: ByteBuffer?
    /// Bytes that wait in libssh.
    private(set) var held = 0 {
        didSet { self.wire?.heldBytes += self.held - oldValue }
    }
    private(set) var hasReceivedEnd = false
    private(set) var isClosedByPeer = false
    private var hasClosed = false
    var isTouched = false

    init?(_ handle: ssh_channel, _ wire: SSHWire) {
        self.handle = handle
        self.wire = wire
        let userdata = Unmanaged.passUnretained(self).toOpaque()
        let callbacks = clibssh_channel_callbacks(
            { _, _, bytes, count, isError, userdata in
                guard let channel = SSHChannel.of(userdata) else { return 0 }
                // Of errors there is nothing that anybody reads here.
                guard isError == 0 else { return CInt(clamping: count) }
                return channel.receive(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
            },
            { _, _, userdata in SSHChannel.of(userdata)?.receiveEnd() },
            { _, _, userdata in SSHChannel.of(userdata)?.receiveClose() },
            userdata
        )
        guard let callbacks, ssh_set_channel_callbacks(handle, callbacks) == 0 else {
            clibssh_free_channel_callbacks(callbacks)
            return nil
        }
        self.callbacks = callbacks
    }

    private static func of(_ userdata: UnsafeMutableRawPointer?) -> SSHChannel? {
        userdata.map { Unmanaged<SSHChannel>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: - While libssh reads

    /// - Returns: how much of it was taken.
    private func receive(_ bytes: UnsafeRawBufferPointer) -> CInt {
        self.touch()
        guard self.isReading else {
            self.held = bytes.count
            return 0
        }
        self.received.setOrWriteBytes(bytes)
        self.held = 0
        return CInt(clamping: bytes.count)
    }

    private func receiveEnd() {
        self.hasReceivedEnd = true
        self.touch()
    }

    private func receiveClose() {
        self.hasReceivedEnd = true
        self.isClosedByPeer = true
        self.touch()
    }

    private func touch() {
        guard !self.isTouched else { return }
        self.isTouched = true
        self.wire?.touched.append(self)
    }

    // MARK: - The owner's side

    /// Whether libssh still has it.
    private var isThere: Bool { self.callbacks != nil && self.wire?.hasChannels ?? false }

    /// What came in since the last call.
    func takeReceived() -> ByteBuffer? {
        defer { self.received = nil }
        return self.received
    }

    /// Stops, or takes again, what comes in; what waited in libssh is there to be taken when this returns.
    func setReading(_ isReading: Bool) {
        guard self.isReading != isReading else { return }
        self.isReading = isReading
        guard isReading, self.held > 0, self.isThere else { return }
        self.touch()
        var waiting = ByteBufferAllocator().buffer(capacity: self.held)
        while self.held > 0 {
            let count = waiting.writeWithUnsafeMutableBytes(minimumWritableBytes: self.held) { space in
                max(0, Int(ssh_channel_read_nonblocking(self.handle, space.baseAddress, UInt32(self.held), 0)))
            }
            guard count > 0 else { break }
            self.held -= count
        }
        self.held = 0
        if self.received == nil { self.received = waiting } else { self.received?.writeBuffer(&waiting) }
    }

    /// Bytes that the peer takes now.
    var window: Int { !self.isThere ? 0 : Int(ssh_channel_window_size(self.handle)) }

    /// - Returns: how many bytes went out; fewer than given while keys are changed.
    func write(_ bytes: UnsafeRawBufferPointer, asError: Bool = false) -> Int {
        guard self.isThere, !self.hasClosed, !bytes.isEmpty else { return 0 }
        let count = UInt32(clamping: bytes.count)
        let written =
            asError
            ? ssh_channel_write_stderr(self.handle, bytes.baseAddress, count)
            : ssh_channel_write(self.handle, bytes.baseAddress, count)
        return max(0, Int(written))
    }

    func finish() {
        guard self.isThere, !self.hasClosed else { return }
        ssh_channel_send_eof(self.handle)
    }

    func sendExitStatus(_ status: Int) {
        guard self.isThere, !self.hasClosed else { return }
        ssh_channel_request_send_exit_status(self.handle, CInt(clamping: status))
    }

    /// Ends both directions. What the peer still sends until it has closed too is dropped.
    func close() {
        guard !self.hasClosed else { return }
        self.hasClosed = true
        self.isReading = true
        self.held = 0
        if self.isThere { ssh_channel_close(self.handle) }
    }

    /// Lets go of it, when the peer has closed it too, or the session is over.
    func free() {
        guard let callbacks = self.callbacks else { return }
        let isThere = self.isThere
        self.callbacks = nil
        self.owner = nil
        self.held = 0
        if isThere {
            ssh_remove_channel_callbacks(self.handle, callbacks)
            ssh_channel_free(self.handle)
        }
        clibssh_free_channel_callbacks(callbacks)
    }
}

/// Told on the connection's event loop, when libssh has read.
protocol SSHChannelOwner: AnyObject {
    /// Something came in, or ended.
    func channelTouched(_ channel: SSHChannel)
}

extension ByteBuffer? {
    fileprivate mutating func setOrWriteBytes(_ bytes: UnsafeRawBufferPointer) {
        if self == nil { self = ByteBufferAllocator().buffer(capacity: bytes.count) }
        self?.writeBytes(bytes)
    }
}
