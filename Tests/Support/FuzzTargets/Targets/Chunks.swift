import Proxy

/// Chunked bodies by themselves, which are a long way for a fuzzer behind a head: they mean the same wherever the bytes were
/// cut, and what is passed on is the same body to whoever reads it next.
enum Chunks: FuzzTarget {
    static func check(_ input: FuzzInput) {
        for source in [ChunkWalker.Source.visitor, .upstream] {
            let framed = Self.read(input, source, .framed)
            let content = Self.read(input, source, .content)
            claim(framed.hasEnded == content.hasEnded && framed.error == content.error, "the forms end differently")
            claim(framed.left == content.left, "the forms end in two places")
            guard framed.hasEnded else { continue }
            // Whoever is next is as strict as we are with visitors.
            let next = ReadBody(BodyReader(.chunked, from: .visitor, form: .content), [framed.bytes[...]])
            claim(next.hasEnded && next.left == 0, "what is passed on is no whole body")
            claim(next.bytes == content.bytes, "what is passed on is another body")
        }
    }

    private static func read(_ input: FuzzInput, _ source: ChunkWalker.Source, _ form: ChunkWalker.Form) -> ReadBody {
        let whole = ReadBody(BodyReader(.chunked, from: source, form: form), [input.bytes[...]])
        let cut = ReadBody(BodyReader(.chunked, from: source, form: form), input.pieces)
        claim(whole == cut, "cutting changed a body")
        return whole
    }
}
