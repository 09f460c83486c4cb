"""The page shell: layout, form fields, filters, languages, headers, error pages."""


def init_app(app) -> None:
    from flask_compress import Compress
    from flask_wtf import CSRFProtect
    from jinja2 import StrictUndefined

    from casemgr.ui import doors, errors, filters, forms, headers, i18n, navigation, pages

    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.config.setdefault("COMPRESS_ALGORITHM", ["gzip"])
    Compress(app)
    headers.init_app(app)
    i18n.init_app(app)
    filters.init_app(app)
    navigation.init_app(app)
    errors.init_app(app)
    doors.widen(app)
    CSRFProtect(app)
    app.register_blueprint(pages.bp)
    app.jinja_env.globals.update(asset=pages.asset, here=pages.here, options_of=forms.options_of)
