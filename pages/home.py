"""Trang đầu: leads everyone to the screen they start with."""

import streamlit as st

from ui import enter

enter()
st.switch_page("pages/account.py")
