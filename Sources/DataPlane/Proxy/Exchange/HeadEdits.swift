import NIOCore

/// What a policy changes in a head: a list, carried out when the head is written. Heads that nobody edits cost nothing.
///
/// What frames a message or concerns one connection alone is not a policy's to change: such edits are passed over.
package struct HeadEdits: Sendable, Equatable {
    package enum Edit: Sendable, Equatable {
        /// Takes away every field of the name.
        case remove(String)
        /// Adds a field behind those that there are.
        case add(String, String)
        /// Leaves one field of the name, with this value.
        case set(String, String)
        /// Another path and query, of a request; begins with `/`.
        case path(String)
    }

    package private(set) var edits: [Edit] = []

    package init() {}

    package var isEmpty: Bool { self.edits.isEmpty }

    package mutating func append(_ edit: Edit) {
        if Self.isAllowed(edit) { self.edits.append(edit) }
    }

    /// Adds field lines to the head that `buffer` holds, the common edit, without taking the head apart.
    ///
    /// - Returns: false, with nothing done, where a line is not simply added: one that is not allowed, or another host.
    static func append(_ lines: [(name: String, value: String)], to buffer: inout ByteBuffer) -> Bool {
        guard lines.allSatisfy({ $0.name != "host" && Self.isAllowed(.add($0.name, $0.value)) }) else { return false }
        // The empty line comes last.
        buffer.moveWriterIndex(to: buffer.writerIndex - 2)
        for line in lines {
            buffer.writeString(line.name)
            buffer.writeStaticString(": ")
            buffer.writeString(line.value)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("\r\n")
        return true
    }

    /// The same for lines that are written already, and were found to be allowed.
    static func append(_ lines: ByteBuffer, to buffer: inout ByteBuffer) {
        buffer.moveWriterIndex(to: buffer.writerIndex - 2)
        buffer.writeImmutableBuffer(lines)
        buffer.writeStaticString("\r\n")
    }

    /// Whether names are tokens, values hold no control byte, and no field is touched that frames the message.
    private static func isAllowed(_ edit: Edit) -> Bool {
        switch edit {
        case .remove(let name): Self.isEditable(name)
        case .add(let name, let value), .set(let name, let value):
            Self.isEditable(name) && value.utf8.allSatisfy { $0 == .tab || ($0 >= 0x20 && $0 != 0x7F) }
        case .path(let path):
            path.utf8.first == 0x2F && path.utf8.allSatisfy { ByteSet.query.contains($0) }
        }
    }

    private static func isEditable(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { bytes in
            guard !bytes.isEmpty, bytes.allSatisfy({ ByteSet.token.contains($0) }) else { return false }
            let known = KnownField(UnsafeRawBufferPointer(bytes))
            return known == .host || !(known.isHopByHop || known.isProtected)
        }
    }

    /// How the body of an edited message is framed.
    enum Framing: Equatable {
        /// As the head says already.
        case asIs
        case chunked
        case length(Int)
    }

    /// Rewrites the head that `buffer` holds, and nothing else: one that the edge has written.
    func apply(to buffer: inout ByteBuffer, framing: Framing = .asIs) {
        guard !self.isEmpty || framing != .asIs else { return }
        var lines = Self.lines(of: buffer)
        guard !lines.isEmpty else { return }
        for edit in self.edits { Self.carryOut(edit, on: &lines) }
        if framing != .asIs { lines = Self.without("transfer-encoding", Self.without("content-length", lines)) }
        switch framing {
        case .asIs: break
        case .chunked: lines.append(ArraySlice("Transfer-Encoding: chunked".utf8))
        case .length(let length): lines.append(ArraySlice("Content-Length: \(length)".utf8))
        }
        buffer.clear()
        for line in lines {
            buffer.writeBytes(line)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("\r\n")
    }

    /// The lines of a head without their ends, the empty one left out.
    private static func lines(of buffer: ByteBuffer) -> [ArraySlice<UInt8>] {
        let bytes = Array(buffer.readableBytesView)
        return bytes.split(separator: .lineFeed).compactMap { line in
            let line = line.last == .carriageReturn ? line.dropLast() : line
            return line.isEmpty ? nil : line
        }
    }

    private static func carryOut(_ edit: Edit, on lines: inout [ArraySlice<UInt8>]) {
        switch edit {
        case .remove(let name):
            lines = Self.without(name, lines)
        case .add(let name, let value):
            lines.append(ArraySlice("\(name): \(value)".utf8))
        case .set(let name, let value):
            lines = Self.without(name, lines)
            lines.append(ArraySlice("\(name): \(value)".utf8))
        case .path(let path):
            let parts = lines[0].split(separator: .space, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return }
            lines[0] = ArraySlice(Array(parts[0]) + [.space] + Array(path.utf8) + [.space] + Array(parts[2]))
        }
    }

    private static func without(_ name: String, _ lines: [ArraySlice<UInt8>]) -> [ArraySlice<UInt8>] {
        let first = lines.prefix(1)
        return Array(first)
            + lines.dropFirst().filter { line in
                guard let colon = line.firstIndex(of: 0x3A) else { return true }
                return !FieldName.areEqual(line[..<colon], name.utf8)
            }
    }
}
