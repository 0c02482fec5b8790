def setup(app):
    def block(self, node):
        self.body.append(f"<pre>{self.encode(node.astext())}</pre>")
        from docutils.nodes import SkipNode
        raise SkipNode
    def inline(self, node):
        self.body.append(f"<code>{self.encode(node.astext())}</code>")
        from docutils.nodes import SkipNode
        raise SkipNode
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True}
