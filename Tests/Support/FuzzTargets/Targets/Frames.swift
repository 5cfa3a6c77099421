import Mux
import NIOCore

/// Frames mean the same wherever the bytes were cut.
enum Frames: FuzzTarget {
    static func check(_ input: FuzzInput) {
        let whole = Self.decode([input.bytes[...]])
        let cut = Self.decode(input.pieces)
        claim(whole == cut, "cutting changed what was decoded")
    }

    /// What was decoded, with the parts of a DATA frame put together, and the error that ended it.
    private struct Outcome: Equatable {
        var events: [FrameDecoder.Event] = []
        var data: [Data] = []
        var error: MuxError?

        mutating func add(_ event: FrameDecoder.Event) {
            guard case .data(let part) = event else { return self.events.append(event) }
            if part.isFirst {
                self.data.append(Data(header: part.header, bytes: [], isComplete: false))
            }
            let last = self.data.count - 1
            claim(last >= 0 && self.data[last].header == part.header, "a part came before its frame began")
            self.data[last].bytes += part.bytes.readableBytesView
            self.data[last].isComplete = part.isLast
            claim(
                part.isLast == (self.data[last].bytes.count == part.header.length),
                "a frame ended before its length, or after it"
            )
        }
    }

    private struct Data: Equatable {
        let header: FrameHeader
        var bytes: [UInt8]
        var isComplete: Bool
    }

    private static func decode(_ pieces: [ArraySlice<UInt8>]) -> Outcome {
        var decoder = FrameDecoder()
        var outcome = Outcome()
        do throws(MuxError) {
            for piece in pieces {
                var buffer = ByteBuffer(bytes: piece)
                while let event = try decoder.next(from: &buffer) {
                    outcome.add(event)
                }
            }
        } catch {
            outcome.error = error
        }
        return outcome
    }
}
