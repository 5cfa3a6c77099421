package import JSON
package import NIOCore

extension ByteBuffer: JSONOutput {
    package mutating func write(json text: Substring) {
        self.writeSubstring(text)
    }

    package mutating func write(json byte: UInt8) {
        self.writeInteger(byte)
    }
}

extension JSONValue {
    /// Reads the one value that `buffer` holds.
    package init(reading buffer: ByteBuffer, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        try self.init(reading: buffer.readableBytesView, limits: limits)
    }
}
